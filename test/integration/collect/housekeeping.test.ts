import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHousekeepingQueue, HOUSEKEEPING_QUEUE, housekeepingTasks } from '../../../src/queue/housekeeping.ts';
import { runTask } from '../../../src/use-cases/collect/run-task.ts';
import { startHousekeeping } from '../../../workers/housekeeping.ts';
import { runHousekeeping } from '../../../workers/run-housekeeping.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { ageBlobs, NOW, storeBytes } from '../../support/stored-blobs.ts';

describe.each(queueBackends)('the housekeeping with the queue on %s', (queue) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await createHarness(queue);
  });
  afterEach(() => harness.close());

  /** Tasks that said what they did, a name for each time. */
  const done = (): string[] =>
    vi
      .mocked(harness.deps.log.debug)
      .mock.calls.flatMap(([message, fields]) => (message === 'housekeeping' ? [String(fields?.['task'])] : []));
  const schedulers = async () => {
    const housekeeping = harness.backend.queue(HOUSEKEEPING_QUEUE);
    const found = await housekeeping.getJobSchedulers();
    await housekeeping.close();
    return found;
  };
  /** As FLUSHALL does, for this system alone. */
  const emptyQueue = async (): Promise<void> => {
    if (queue === 'postgres') {
      await harness.deps.db.query('truncate bullmq.job, bullmq.scheduler, bullmq.meta, bullmq.event cascade');
      return;
    }
    const redis = new Redis(harness.env['REDIS_URL']!);
    const keys = await redis.keys(`${harness.env['REDIS_PREFIX']}:*`);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  };

  it('schedules each task once, whoever asks for it and how often', async () => {
    const queues = [1, 2, 3].map(() => createHousekeepingQueue(harness.backend, harness.deps.log));
    await Promise.all(queues.map((one) => one.register()));
    const first = await schedulers();
    expect(first.map(({ key }) => key).toSorted()).toEqual(housekeepingTasks.toSorted());
    expect(await queues[0]!.register()).toEqual([]);
    expect((await schedulers()).map(({ next }) => next)).toEqual(first.map(({ next }) => next));
    await Promise.all(queues.map((one) => one.close()));
  });

  it('runs each task, and again after the queue was emptied', async () => {
    harness.startWorker();
    const housekeeping = startHousekeeping(harness.deps, harness.backend, 200);
    try {
      await vi.waitFor(() => expect(done().toSorted()).toEqual(housekeepingTasks.toSorted()), { timeout: 10_000 });
      expect(harness.deps.log.debug).toHaveBeenCalledWith(
        'housekeeping',
        expect.objectContaining({ task: 'collect.blobs', doomed: 0, removed: 0, bytes: 0 }),
      );
      await emptyQueue();
      await vi.waitFor(
        () => expect(new Set(done().slice(housekeepingTasks.length))).toEqual(new Set(housekeepingTasks)),
        {
          timeout: 20_000,
        },
      );
      expect(await schedulers()).toHaveLength(housekeepingTasks.length);
      // A look in the middle of the emptying finds some of them, and the next one the others.
      const again = vi
        .mocked(harness.deps.log.warn)
        .mock.calls.flatMap(([message, fields]) =>
          message === 'housekeeping scheduled' ? (fields as { tasks: string[] }).tasks : [],
        );
      expect(new Set(again)).toEqual(new Set(housekeepingTasks));
    } finally {
      await housekeeping.close();
    }
  });
});

describe('a task of the housekeeping', () => {
  it('says in one line what it removed', async () => {
    const harness = await createHarness('postgres');
    await storeBytes(harness.deps, 'nobody wants it');
    await ageBlobs(harness.deps, 3_601);
    const turn = () => runHousekeeping(harness.deps, { name: 'collect.blobs', data: {} }, new AbortController().signal);
    await turn();
    await ageBlobs(harness.deps, 3_601);
    await turn();
    const said = vi.mocked(harness.deps.log.info).mock.calls.map(([message, fields]) => [message, fields]);
    expect(said).toMatchObject([
      ['housekeeping', { task: 'collect.blobs', doomed: 1, removed: 0, bytes: 0 }],
      ['housekeeping', { task: 'collect.blobs', doomed: 0, removed: 1, bytes: 15 }],
    ]);
    await harness.close();
  });

  it('runs once at a time in the whole system', async () => {
    const harness = await createHarness('postgres');
    let goOn: () => void = () => undefined;
    const listing = new Promise<void>((reached) => {
      vi.spyOn(harness.deps.blobs, 'list').mockImplementationOnce(async function* () {
        reached();
        await new Promise<void>((resolve) => (goOn = resolve));
        yield [];
      });
    });
    const first = runTask(harness.deps, 'collect.strays', NOW);
    await listing;
    expect(await runTask(harness.deps, 'collect.strays', NOW)).toBeUndefined();
    expect(await runTask(harness.deps, 'collect.blobs', NOW)).toMatchObject({ removed: 0 });
    goOn();
    expect(await first).toEqual({ adopted: 0 });
    expect(await runTask(harness.deps, 'collect.strays', NOW)).toEqual({ adopted: 0 });
    await harness.close();
  });
});
