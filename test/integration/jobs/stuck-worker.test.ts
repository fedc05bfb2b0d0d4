import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueBackend } from '../../../src/queue/backend.ts';
import { startWorker } from '../../../workers/start.ts';
import { createApp, endOf } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';

describe.each(queueBackends)('a worker on %s whose connection to the queue is stuck', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
  });
  afterAll(() => harness.close());

  it('notices that jobs wait, says so, and opens it anew', async () => {
    let opened = 0;
    // The first one takes nothing, though the store answers: as a connection that died without a word.
    const backend: QueueBackend = {
      ...harness.backend,
      worker(name, processor, options) {
        opened += 1;
        return harness.backend.worker(name, processor, { ...options, autorun: name !== 'jobs' || opened > 2 });
      },
    };
    const problems: string[] = [];
    const id = await createApp(harness, buildArchive());
    const worker = startWorker(harness.deps, backend, 1, { lookMs: 50, patienceMs: 300 });
    const watching = setInterval(() => problems.push(...worker.problems()), 10);
    try {
      expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
      expect(problems[0]).toBe('1 jobs wait in the queue "jobs", and this worker has taken none for 0.3 s.');
      expect(harness.deps.log.error).toHaveBeenCalledWith('queue connection is stuck, opening it anew', {
        queue: 'jobs',
        waiting: 1,
      });
      expect(worker.problems()).toEqual([]);
    } finally {
      clearInterval(watching);
      await worker.close(1_000);
    }
  });
});
