import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkBlobMark } from '../../src/use-cases/check-marks.ts';
import { createHarness, type Harness } from '../support/harness.ts';

describe('the mark of the blob store', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());

  it('is left to others by a worker, written by an API, and found by both', async () => {
    expect(await checkBlobMark(harness.deps, { writes: false })).toBe('unknown');
    expect(await checkBlobMark(harness.deps)).toBe('there');
    expect(await checkBlobMark(harness.deps, { writes: false })).toBe('there');
  });

  it.each(['db', 'blobs'] as const)('is unknown, and ends no process, while %s cannot be asked', async (store) => {
    const away = new Error('away');
    if (store === 'db') vi.spyOn(harness.deps.db, 'query').mockRejectedValue(away as never);
    else vi.spyOn(harness.deps.blobs, 'readMark').mockRejectedValue(away);
    expect(await checkBlobMark(harness.deps)).toBe('unknown');
    vi.restoreAllMocks();
    expect(await checkBlobMark(harness.deps)).toBe('there');
  });

  it('refuses the store of another installation', async () => {
    await harness.deps.blobs.writeMark('00000000-0000-4000-8000-000000000000');
    await expect(checkBlobMark(harness.deps)).rejects.toThrow('Set BLOB_URL (or DATA_DIR)');
  });
});
