import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, endOf, install, pollJob } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { endWithSweeps } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';
import { startCluster, type TestCluster } from '../../support/redis-topologies.ts';

describe('a Redis cluster of three nodes', () => {
  let cluster: TestCluster;
  let harness: Harness;
  beforeAll(async () => {
    cluster = await startCluster();
    harness = await createHarness('redis', { env: { REDIS_URL: cluster.url } });
  });
  afterAll(async () => {
    await harness.close();
    await cluster.close();
  });

  const queueKey = (): string => `{${harness.env['REDIS_PREFIX']}}:installation`;

  it('takes a package from its upload to an installed app, with every key in one slot', async () => {
    const worker = harness.startWorker();
    const { app_id } = await endOf(harness, await createApp(harness, buildArchive()));
    const { pending_job_id } = await install(harness, app_id!);
    expect(await endOf(harness, pending_job_id)).toMatchObject({ status: 'completed' });
    await worker.close();
    const home = await cluster.portOf(queueKey());
    for (const port of cluster.ports) {
      const keys = (await cluster.ask(port, 'KEYS', '*')) as string[];
      expect(keys.length > 0).toBe(port === home);
      for (const key of keys) expect(key).toMatch(new RegExp(`^\\{${harness.env['REDIS_PREFIX']}\\}:`));
    }
  });

  it('goes on by itself when the node that has the jobs was away, for longer than a worker waits for one', async () => {
    const worker = harness.startWorker();
    const impatient = startImpatient();
    await vi.waitFor(() => expect(impatient.done).toEqual(['before']), { timeout: 10_000 });
    const home = await cluster.portOf(queueKey());
    const before = await Promise.all(Array.from({ length: 4 }, () => createApp(harness, buildArchive())));
    await cluster.stop(home);
    await cluster.untilDown(cluster.ports.find((port) => port !== home)!);
    const meanwhile = await createApp(harness, buildArchive());
    // From the row: the queue is asked in vain.
    expect(await pollJob(harness, meanwhile)).toMatchObject({ status: 'queued' });
    await sleep(impatient.patienceMs);
    cluster.start(home);
    await cluster.untilWhole();
    await vi.waitFor(() => expect(harness.deps.producer.ready()).toBe(true), { timeout: 10_000 });
    for (const id of [...before, meanwhile])
      expect(await endWithSweeps(harness, id)).toMatchObject({ status: 'completed' });
    await impatient.add('after');
    await vi.waitFor(() => expect(impatient.done).toEqual(['before', 'after']), { timeout: 10_000 });
    await Promise.all([worker.close(), impatient.close()]);
  }, 60_000);

  /** A worker that gives up waiting for a job soon: then BullMQ connects anew, in the middle of what is wrong. */
  const startImpatient = () => {
    const queue = harness.backend.queue('impatient');
    const done: string[] = [];
    const worker = harness.backend.worker('impatient', async ({ name }) => void done.push(name), { drainDelay: 0.3 });
    worker.on('error', () => undefined);
    const add = (name: string) => queue.add(name, {}, { removeOnComplete: true });
    void add('before');
    return {
      done,
      add,
      /** BullMQ allows a second more. */
      patienceMs: 3 * 1_300,
      close: () => Promise.all([worker.close(), queue.close()]),
    };
  };
});
