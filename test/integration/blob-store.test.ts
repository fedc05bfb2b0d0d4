import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../src/errors.ts';
import { openBlobStore, type OpenBlobStore } from '../../src/storage/open-blob-store.ts';
import { startS3, type TestS3 } from '../support/s3-server.ts';

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.each(['disk', 's3'] as const)('the blob store on %s', (kind) => {
  let dataDir: string;
  let s3: TestS3 | undefined;
  let store: OpenBlobStore;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'appyard-blobs-'));
    s3 = kind === 's3' ? await startS3(path.join(dataDir, 's3')) : undefined;
    store = await openBlobStore(s3?.blobUrl ?? `file:${path.join(dataDir, 'blobs')}`, dataDir);
  });
  afterAll(async () => {
    await s3?.stop();
    await rm(dataDir, { recursive: true });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a few bytes', Buffer.from('hello')],
    ['some megabytes', Buffer.alloc(5_000_000, 'abc')],
  ])('gives back %s as they were', async (_name, bytes) => {
    const sha256 = await store.blobs.put(bytes);
    expect(sha256).toBe(sha256Of(bytes));
    expect((await store.blobs.get(sha256)).equals(bytes)).toBe(true);
    expect((await buffer(await store.blobs.stream(sha256, bytes.length))).equals(bytes)).toBe(true);
    expect(await readdir(store.incomingDir)).toEqual([]);
  });

  it('takes the same bytes twice, also at the same time', async () => {
    const bytes = Buffer.from('twice');
    const digests = await Promise.all([store.blobs.put(bytes), store.blobs.put(bytes), store.blobs.put(bytes)]);
    expect(new Set(digests)).toEqual(new Set([sha256Of(bytes)]));
  });

  it('takes a file whose digest is known', async () => {
    const bytes = Buffer.alloc(500_000, 7);
    const file = { path: path.join(store.incomingDir, 'x'), sha256: sha256Of(bytes), size: bytes.length };
    await writeFile(file.path, bytes);
    await store.blobs.putFile(file);
    expect((await store.blobs.get(file.sha256)).equals(bytes)).toBe(true);
    await rm(file.path, { force: true });
  });

  it('writes anew what somebody who was killed has left in part', async () => {
    const bytes = Buffer.from('whole, not half');
    const sha256 = sha256Of(bytes);
    await store.blobs.put(bytes.subarray(0, 7), sha256);
    await expect(store.blobs.get(sha256)).rejects.toMatchObject({ code: 'damaged_blob', retryable: true });
    await store.blobs.put(bytes);
    expect((await store.blobs.get(sha256)).equals(bytes)).toBe(true);

    const file = { path: path.join(store.incomingDir, 'y'), sha256: sha256Of(Buffer.from('a file')), size: 6 };
    await store.blobs.put(Buffer.from('a fi'), file.sha256);
    await writeFile(file.path, 'a file');
    await store.blobs.putFile(file);
    expect((await store.blobs.get(file.sha256)).toString()).toBe('a file');
    await rm(file.path, { force: true });
  });

  it('hands out no bytes but those that were asked for', async () => {
    const sha256 = sha256Of(Buffer.from('the right ones'));
    await store.blobs.put(Buffer.from('the wrong ones'), sha256);
    await expect(store.blobs.get(sha256)).rejects.toMatchObject({ code: 'damaged_blob' });
    // Of a stream only the size is looked at.
    for (const size of [13, 15])
      await expect(buffer(await store.blobs.stream(sha256, size))).rejects.toMatchObject({ code: 'damaged_blob' });
    await store.blobs.remove(sha256);
  });

  it('says how large a blob is, lists all and nothing else, and removes', async () => {
    const listed = async (): Promise<string[]> => {
      const all: string[] = [];
      for await (const page of store.blobs.list()) all.push(...page);
      return all;
    };
    const sha256 = await store.blobs.put(Buffer.from('here today'));
    await writeFile(path.join(store.incomingDir, sha256), 'spooled');
    expect(await store.blobs.size(sha256)).toBe(10);
    expect((await listed()).filter((one) => one === sha256)).toHaveLength(1);
    for (let times = 1; times <= 2; times += 1) await store.blobs.remove(sha256);
    expect(await store.blobs.size(sha256)).toBeUndefined();
    expect(await listed()).not.toContain(sha256);
    await rm(path.join(store.incomingDir, sha256));
  });

  it('removes what a killed process left in the spool, and only that', async () => {
    const [old, fresh] = [path.join(store.incomingDir, 'old'), path.join(store.incomingDir, 'fresh')];
    await writeFile(old, 'x');
    await writeFile(fresh, 'x');
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(old, longAgo, longAgo);
    await openBlobStore(s3?.blobUrl ?? `file:${path.join(dataDir, 'blobs')}`, dataDir);
    expect(await readdir(store.incomingDir)).toEqual(['fresh']);
    await rm(fresh);
  });

  it('reports a missing blob as missing, not as a store that is unavailable', async () => {
    await expect(store.blobs.get('0'.repeat(64))).rejects.toMatchObject({
      message: expect.stringContaining('is not in the blob store of this process') as unknown,
      retryable: true,
    });
  });

  it('leaves nothing behind when the store does not answer', async () => {
    const lost = kind === 's3' ? await openBlobStore('s3://k:s@bucket?endpoint=http://127.0.0.1:1', dataDir) : store;
    // On disk: a file where the blobs of this digest have their folder.
    const bytes = Buffer.from('kept from its place');
    if (kind === 'disk') await writeFile(path.join(dataDir, 'blobs', sha256Of(bytes).slice(0, 2)), '');
    await expect(lost.blobs.put(bytes)).rejects.toBeInstanceOf(UnavailableError);
    expect(await readdir(lost.incomingDir)).toEqual([]);
  });
});
