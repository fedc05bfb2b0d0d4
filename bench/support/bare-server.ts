import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq';
import express from 'express';

/**
 * The floor that polls are measured against: Express as it comes, BullMQ as it comes, one `getJob`, a few fields of the
 * job as JSON. No account, no credentials, no errors. A process of its own, like the API.
 */
const { PORT = '', QUEUE = '', REDIS_URL, REDIS_PREFIX = '', DATABASE_URL = '' } = process.env;

/** As many connections as the API has. */
const POOL_MAX = 20;

const openQueue = () =>
  REDIS_URL
    ? new (withBackend(createRedisBackend).Queue)(QUEUE, { connection: { url: REDIS_URL }, prefix: REDIS_PREFIX })
    : new (withBackend(createPostgresBackend).Queue)(QUEUE, {
        connection: { connectionString: DATABASE_URL, max: POOL_MAX },
      });

const queue = openQueue();
const app = express();
app.get('/jobs/:id', async (req, res) => {
  const job = await queue.getJob(req.params.id);
  if (!job) return void res.status(404).json({ error: 'no such job' });
  res.json({ id: job.id, name: job.name, progress: job.progress, finished: job.finishedOn !== undefined });
});

await queue.waitUntilReady();
const server = app.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
  void queue.close().then(() => process.exit(0));
});
