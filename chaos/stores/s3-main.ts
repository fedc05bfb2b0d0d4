import S3rver from '@20minutes/s3rver';

/**
 * The S3 server as a process of its own: `s3-main.ts DIRECTORY PORT BUCKET`. At SIGTERM it answers what it has begun: it
 * writes objects in place, and half of one would be there for ever, which no real S3 does.
 */
const [directory = '', port = '', bucket = ''] = process.argv.slice(2);
const server = new S3rver({
  port: Number(port),
  address: '127.0.0.1',
  silent: true,
  // It refuses valid signatures of lists.
  allowMismatchedSignatures: true,
  directory,
  configureBuckets: [{ name: bucket, configs: [] }],
});
/** Its file is written after its answer. */
const WRITTEN_MS = 100;

process.once('SIGTERM', () => {
  void server.close().finally(() => setTimeout(() => process.exit(0), WRITTEN_MS));
});
await server.run();
console.log('serving');
