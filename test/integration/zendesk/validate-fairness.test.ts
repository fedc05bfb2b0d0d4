import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, endOf, read } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { buildArchive, uploadForm } from '../../support/packages.ts';
import { slowPackage } from '../../support/slow-package.ts';

/** One runs and eight wait. */
const MOST_OF_ONE_ACCOUNT = 9;
const FLOOD = 14;

describe.each(queueBackends)('slow packages at validate, with the queue in %s', (queue) => {
  let harness: Harness;
  const slow = slowPackage();
  beforeAll(async () => {
    harness = await createHarness(queue);
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const validate = (archive: Buffer, as: 'admin' | 'other', signal?: AbortSignal) =>
    harness.request('/api/v2/apps/validate', {
      method: 'POST',
      body: uploadForm(archive, 'file'),
      as,
      ...(signal && { signal }),
    });

  /** Sends slow packages, and counts those that have an answer. */
  const flood = (as: 'admin' | 'other', count: number) => {
    const stop = new AbortController();
    const answers: { status: number; retryAfter: string | null; error: string | undefined }[] = [];
    const all = Array.from({ length: count }, async () => {
      const answer = await validate(slow, as, stop.signal).catch(() => undefined);
      if (!answer) return;
      const { error } = (await answer.json()) as { error?: string };
      answers.push({ status: answer.status, retryAfter: answer.headers.get('retry-after'), error });
    });
    return {
      answers,
      async end() {
        stop.abort();
        await Promise.all(all);
      },
    };
  };
  const spooled = () => readdir(harness.deps.incomingDir);

  it('of one account leave another account its thread, and are refused with 503 when too many wait', async () => {
    const flooding = flood('admin', FLOOD);
    await vi.waitFor(() => expect(flooding.answers.length).toBeGreaterThanOrEqual(FLOOD - MOST_OF_ONE_ACCOUNT), 25_000);
    expect(await read(await validate(buildArchive(), 'other'), 200)).toEqual({ errors: [], warnings: [] });
    const refused = flooding.answers.filter(({ status }) => status !== 200);
    await flooding.end();
    expect(refused.length).toBeGreaterThanOrEqual(FLOOD - MOST_OF_ONE_ACCOUNT);
    for (const answer of refused) expect(answer).toEqual({ status: 503, retryAfter: '5', error: 'busy' });
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('that their clients gave up leave neither a file nor a held place', async () => {
    await vi.waitFor(async () => expect(await spooled()).toEqual([]), 25_000);
    expect(await read(await validate(buildArchive(), 'admin'), 200)).toEqual({ errors: [], warnings: [] });
  });

  it('hold no thread of a build in the same process', async () => {
    const floods = [flood('admin', 4), flood('other', 4)];
    await vi.waitFor(async () => expect((await spooled()).length).toBeGreaterThanOrEqual(8), 25_000);
    const job = await endOf(harness, await createApp(harness, buildArchive()));
    expect(job).toMatchObject({ status: 'completed' });
    // Each account has one that runs; had builds to wait for them, all would have an answer by now.
    expect(floods.flatMap(({ answers }) => answers).length).toBeLessThan(8);
    await Promise.all(floods.map((one) => one.end()));
  });
});
