import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError, StorageFullError, UnavailableError } from '../errors.ts';
import { refuseInTransaction } from '../held-connection.ts';
import { damagedBlob, exactly, missingBlob } from './damaged-blob.ts';
import { isDiskFull } from './disk-full.ts';
import { isMissing, type ObjectStore } from './object-store.ts';

/**
 * Content-addressed: a repeated put is harmless, and what a broken-off request left behind is only space until it is
 * collected. No path of a package is ever part of a key. Whoever stores something reserves it first
 * (`use-cases/reserve-blobs.ts`), so that the collector does not remove it under his hands.
 *
 * @throws UnavailableError each of them, when the store is away; StorageFullError from `put` and `putFile`.
 */
export interface BlobStore {
  /**
   * Stores the bytes unless they are there in full. What is shorter was left by somebody who was killed, on a store that
   * does not write all or nothing.
   *
   * @param sha256 of the bytes, where the caller has it already.
   * @returns the digest under which the bytes can be had again.
   */
  put(bytes: Uint8Array, sha256?: string): Promise<string>;
  /** As {@link put}, with a file whose digest is known already. The file may be gone afterwards. */
  putFile(file: { path: string; sha256: string; size: number }): Promise<void>;
  /** @throws AppError also when the blob is not there, with words of its own; `damaged_blob`, which may pass. */
  get(sha256: string): Promise<Buffer>;
  /** As {@link get}; a failure in the middle, and another size than this, is an error of the stream. */
  stream(sha256: string, size: number): Promise<Readable>;
  /** In bytes; undefined: it is not there. */
  size(sha256: string): Promise<number | undefined>;
  /** For the collector alone. One that is not there is no error. */
  remove(sha256: string): Promise<void>;
  /** Digests of all that is stored, in pages. */
  list(): AsyncIterable<string[]>;
  /** The id of the installation that the store belongs to; undefined: it has no mark. */
  readMark(): Promise<string | undefined>;
  writeMark(installation: string): Promise<void>;
  /** Looks whether it can be reached: a look at the disk, or one request. */
  check(): Promise<void>;
}

/** At the root of the store, where no blob is. */
const MARK_KEY = 'installation';

const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256}`;

/** What else stands there, unfinished uploads for instance, is nobody's blob. */
const digestIn = (key: string): string | undefined => {
  const sha256 = key.slice('ab/'.length);
  return /^[0-9a-f]{64}$/.test(sha256) && keyOf(sha256) === key ? sha256 : undefined;
};

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const createBlobStore = (objects: ObjectStore): BlobStore => {
  const isThere = async (sha256: string, size: number): Promise<boolean> =>
    (await objects.size(keyOf(sha256))) === size;

  const read = async (sha256: string): Promise<Readable> => {
    try {
      return await objects.read(keyOf(sha256));
    } catch (err) {
      throw isMissing(err) ? missingBlob(sha256) : err;
    }
  };

  return {
    put: (bytes, sha256 = digestOf(bytes)) =>
      available(async () => {
        if (!(await isThere(sha256, bytes.byteLength))) await objects.write(keyOf(sha256), bytes);
        return sha256;
      }),
    putFile: ({ path, sha256, size }) =>
      available(async () => {
        if (!(await isThere(sha256, size))) await objects.moveIn(keyOf(sha256), { path, size });
      }),
    get: (sha256) => available(async () => readWhole(await read(sha256), sha256)),
    stream: (sha256, size) => available(async () => exactly(await read(sha256), sha256, size)),
    size: (sha256) => available(() => objects.size(keyOf(sha256))),
    remove: (sha256) => available(() => objects.remove(keyOf(sha256))),
    readMark: () =>
      available(async () => {
        if ((await objects.size(MARK_KEY)) === undefined) return undefined;
        const chunks: Buffer[] = [];
        for await (const chunk of (await objects.read(MARK_KEY)) as AsyncIterable<Buffer>) chunks.push(chunk);
        return Buffer.concat(chunks).toString('utf8').trim();
      }),
    writeMark: (installation) => available(() => objects.write(MARK_KEY, Buffer.from(`${installation}\n`))),
    check: () => available(() => objects.check()),
    async *list() {
      const pages = objects.list()[Symbol.asyncIterator]();
      for (;;) {
        const page = await available(() => pages.next());
        if (page.done) return;
        yield page.value.map(digestIn).filter((sha256) => sha256 !== undefined);
      }
    },
  };
};

/** Hashed as it comes, so that a large one keeps nobody else waiting. By way of the stream: flydrive's getBytes gives the whole memory behind a small file's buffer. */
const readWhole = async (stream: Readable, sha256: string): Promise<Buffer> => {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    chunks.push(chunk);
  }
  if (hash.digest('hex') !== sha256) throw damagedBlob(sha256);
  return Buffer.concat(chunks);
};

const available = async <T>(work: () => Promise<T>): Promise<T> => {
  refuseInTransaction('Using the blob store');
  try {
    return await work();
  } catch (err) {
    if (err instanceof AppError) throw err;
    throw isDiskFull(err) ? new StorageFullError(err) : new UnavailableError('The blob store', err);
  }
};
