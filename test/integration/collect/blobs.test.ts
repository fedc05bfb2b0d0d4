import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { withTransaction } from '../../../src/db/pool.ts';
import { UnavailableError } from '../../../src/errors.ts';
import { adoptBlobs } from '../../../src/use-cases/collect/adopt-blobs.ts';
import { checkStore } from '../../../src/use-cases/collect/check-store.ts';
import { collectBlobs } from '../../../src/use-cases/collect/collect-blobs.ts';
import { runTask } from '../../../src/use-cases/collect/run-task.ts';
import { holdReserved, reserveBlobs } from '../../../src/use-cases/reserve-blobs.ts';
import { createApp, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { attempt, jobRow } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';
import { startS3, type TestS3 } from '../../support/s3-server.ts';
import { ageBlobs, collectNow, NOW, storeBytes } from '../../support/stored-blobs.ts';

describe.each(['disk', 's3'] as const)('the collector of blobs on %s', (kind) => {
  let folder: string;
  let s3: TestS3 | undefined;
  let harness: Harness;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-s3-'));
    s3 = kind === 's3' ? await startS3(folder) : undefined;
    harness = await createHarness('postgres', s3 ? { env: { BLOB_URL: s3.blobUrl } } : {});
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    await harness.close();
    await s3?.stop();
    await rm(folder, { recursive: true });
  });

  const isStored = async (sha256: string): Promise<boolean> => (await harness.deps.blobs.size(sha256)) !== undefined;
  const isKnown = async (sha256: string): Promise<boolean> =>
    (await harness.deps.db.query('select 1 from blobs where sha256 = $1', [sha256])).rowCount === 1;
  const hold = (reserved: { sha256: string; generation: number }) =>
    withTransaction(harness.deps.db, (tx) => holdReserved(tx, [reserved]));
  const publish = async (text: string): Promise<number> => {
    const id = await createApp(harness, buildArchive({ files: { 'assets/text.txt': text } }));
    expect(await attempt(harness, id)).toBe('completed');
    return (await jobRow(harness, id))['app_id'] as number;
  };
  /** Stops the collector when it has removed the object with this digest, before it can forget the row. */
  const pauseAfterRemoving = (sha256: string) => {
    const remove = harness.deps.blobs.remove.bind(harness.deps.blobs);
    let goOn: () => void = () => undefined;
    const paused = new Promise<void>((reached) => {
      vi.spyOn(harness.deps.blobs, 'remove').mockImplementation(async (digest) => {
        await remove(digest);
        if (digest !== sha256) return;
        reached();
        await new Promise<void>((resolve) => (goOn = resolve));
      });
    });
    return { paused, goOn: () => goOn() };
  };

  it('dooms after a grace, and removes after another one', async () => {
    const { sha256 } = await storeBytes(harness.deps, 'nobody wants it');
    const limits = { graceSeconds: 600, most: 100 };
    expect(await collectBlobs(harness.deps, limits)).toMatchObject({ doomed: 0, removed: 0 });
    await ageBlobs(harness.deps, 601);
    expect(await collectBlobs(harness.deps, limits)).toMatchObject({ doomed: 1, removed: 0 });
    await ageBlobs(harness.deps, 590);
    expect(await collectBlobs(harness.deps, limits)).toMatchObject({ doomed: 0, removed: 0 });
    expect(await isStored(sha256)).toBe(true);
    await ageBlobs(harness.deps, 11);
    expect(await collectBlobs(harness.deps, limits)).toEqual({ doomed: 0, removed: 1, bytes: 15 });
    expect([await isStored(sha256), await isKnown(sha256)]).toEqual([false, false]);
  });

  it('lets go of one that is stored again', async () => {
    await storeBytes(harness.deps, 'wanted again');
    await ageBlobs(harness.deps, 601);
    await collectBlobs(harness.deps, { graceSeconds: 600, most: 100 });
    const reserved = await storeBytes(harness.deps, 'wanted again');
    await ageBlobs(harness.deps, 599);
    expect(await collectBlobs(harness.deps, { graceSeconds: 600, most: 100 })).toMatchObject({ removed: 0 });
    await expect(hold(reserved)).resolves.toBeUndefined();
  });

  it('keeps a writer waiting while it removes the blob, which then stores it anew', async () => {
    const { sha256, generation } = await storeBytes(harness.deps, 'at the same time');
    const { paused, goOn } = pauseAfterRemoving(sha256);
    const collected = collectNow(harness.deps);
    await paused;
    const impatient = reserveBlobs(harness.deps, [{ sha256, size: 16 }], { waitMs: 0 });
    await expect(impatient).rejects.toBeInstanceOf(UnavailableError);
    const stored = storeBytes(harness.deps, 'at the same time');
    goOn();
    await collected;
    expect((await stored).generation).not.toBe(generation);
    expect(await isStored(sha256)).toBe(true);
    await expect(hold(await stored)).resolves.toBeUndefined();
  });

  it('lets nobody refer to what it has removed, also when somebody else is storing that again', async () => {
    const late = await storeBytes(harness.deps, 'stopped for hours');
    await collectNow(harness.deps);
    await expect(hold(late)).rejects.toMatchObject({ code: 'blob_collected', retryable: true });
    await reserveBlobs(harness.deps, [{ sha256: late.sha256, size: 17 }], { waitMs: 0 });
    await expect(hold(late)).rejects.toMatchObject({ code: 'blob_collected' });
  });

  it('goes on where one that was killed has stopped', async () => {
    const { sha256, generation } = await storeBytes(harness.deps, 'half removed');
    vi.spyOn(harness.deps.blobs, 'remove').mockRejectedValue(new UnavailableError('The blob store'));
    await expect(collectNow(harness.deps)).rejects.toBeInstanceOf(UnavailableError);
    vi.restoreAllMocks();
    await expect(hold({ sha256, generation })).rejects.toMatchObject({ code: 'blob_collected' });
    // Whoever wants it meanwhile waits until no removal can be under way any more.
    await ageBlobs(harness.deps, 31);
    const saved = await storeBytes(harness.deps, 'half removed');
    expect(saved.generation).not.toBe(generation);
    await expect(hold(saved)).resolves.toBeUndefined();
    await ageBlobs(harness.deps, 1);
    await collectNow(harness.deps);
    expect([await isStored(sha256), await isKnown(sha256)]).toEqual([false, false]);
  });

  it('costs a build whose files it removed another attempt, and nothing else', async () => {
    const id = await createApp(harness, buildArchive({ files: { 'assets/slow.txt': 'slow' } }));
    const put = harness.deps.blobs.put.bind(harness.deps.blobs);
    const spy = vi.spyOn(harness.deps.blobs, 'put').mockImplementationOnce(async (bytes, sha256) => {
      const digest = await put(bytes, sha256);
      await collectNow(harness.deps);
      return digest;
    });
    expect(await attempt(harness, id)).toBe('again');
    expect(await jobRow(harness, id)).toMatchObject({ state: 'queued', app_id: null });
    spy.mockRestore();
    expect(await attempt(harness, id)).toBe('completed');
    expect((await checkStore(harness.deps)).missing).toEqual([]);
  });

  it('removes what is stored and in no table, once it has been taken in', async () => {
    const sha256 = await harness.deps.blobs.put(Buffer.from('of a release of long ago'));
    await collectNow(harness.deps);
    expect(await isStored(sha256)).toBe(true);
    expect((await checkStore(harness.deps)).orphans).toEqual([sha256]);
    expect(await adoptBlobs(harness.deps, NOW)).toBe(1);
    expect(await adoptBlobs(harness.deps, NOW)).toBe(0);
    await collectNow(harness.deps);
    expect(await checkStore(harness.deps)).toMatchObject({ orphans: [], missing: [] });
  });

  it('leaves in any order of things exactly what is in use', { timeout: 60_000 }, async () => {
    const apps = new Map<string, number>();
    const step = fc.record({
      act: fc.constantFrom('publish', 'delete', 'upload', 'collect'),
      text: fc.constantFrom('a', 'b', 'c'),
    });
    const run = async ({ act, text }: { act: string; text: string }): Promise<void> => {
      if (act === 'publish' && !apps.has(text)) apps.set(text, await publish(text));
      else if (act === 'upload') await uploadPackage(harness, buildArchive({ files: { 'assets/text.txt': text } }));
      else if (act === 'collect') await collectNow(harness.deps);
      else if (act === 'delete' && apps.has(text)) {
        await harness.request(`/api/v2/apps/${apps.get(text)}`, { method: 'DELETE' });
        apps.delete(text);
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        for (const one of steps) await run(one);
        // Those of completed builds are of no use any more.
        await runTask(harness.deps, 'collect.uploads', NOW);
        await collectNow(harness.deps);
        expect(await checkStore(harness.deps)).toMatchObject({ orphans: [], missing: [] });
      }),
      { numRuns: 6 },
    );
    for (const [text, id] of apps) {
      const response = await harness.request(`/api/v2/apps/${id}/assets/text.txt`);
      expect(await response.text()).toBe(text);
    }
  });
});
