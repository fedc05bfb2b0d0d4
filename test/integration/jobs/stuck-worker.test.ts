import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueBackend } from '../../../src/queue/backend.ts';
import { JOBS_QUEUE } from '../../../src/queue/jobs.ts';
import { startWorker, type RunningWorker } from '../../../workers/start.ts';
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
    const problems: string[][] = [];
    // The first one takes nothing, though the store answers: as a connection that died without a word.
    const backend: QueueBackend = {
      ...harness.backend,
      worker(name, processor, options) {
        const isFirst = name === JOBS_QUEUE && worker === undefined;
        if (name === JOBS_QUEUE && worker) problems.push(worker.problems());
        return harness.backend.worker(name, processor, { ...options, autorun: !isFirst });
      },
    };
    let worker: RunningWorker | undefined;
    const id = await createApp(harness, buildArchive());
    worker = startWorker(harness.deps, backend, 1, { lookMs: 50, patienceMs: 300 });
    try {
      expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
      expect(problems).toEqual([['1 jobs wait in the queue "jobs", and this worker has taken none for 0.3 s.']]);
      expect(harness.deps.log.error).toHaveBeenCalledWith('queue connection is stuck, opening it anew', {
        queue: 'jobs',
        waiting: 1,
      });
      expect(worker.problems()).toEqual([]);
    } finally {
      await worker.close(1_000);
    }
  });
});
