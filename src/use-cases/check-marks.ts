import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnusable } from '../db/errors.ts';
import {
  forgetBlobsMarked,
  getInstallationId,
  isBlobsMarked,
  listKeyMarks,
  noteBlobsMarked,
  putKeyMarks,
  type KeyMark,
} from '../db/installation.ts';
import type { Deps } from '../deps.ts';

/** A store or a key belongs to another installation than the database. */
class ForeignStoreError extends Error {}

type Marked = Pick<Deps, 'db' | 'blobs' | 'log'>;

const KEY_PURPOSE = 'appyard installation mark';

const keyMarksOf = ({ cipher }: Pick<Deps, 'cipher'>, installation: string): KeyMark[] => {
  const keys = cipher.keysFor(KEY_PURPOSE);
  return cipher.keyIds.map((keyId, index) => ({
    keyId,
    mark: createHmac('sha256', keys[index]!).update(installation).digest('hex'),
  }));
};

/**
 * Compares SECRETS_KEY with the keys that the database knows. One known key is enough: the others are added.
 *
 * @throws ForeignStoreError when the database knows keys, and none of the given ones is among them.
 */
export const checkKeyMarks = async (deps: Pick<Deps, 'db' | 'cipher' | 'log'>): Promise<void> => {
  const given = keyMarksOf(deps, await getInstallationId(deps.db));
  const known = await listKeyMarks(deps.db);
  const isKnown = (one: KeyMark): boolean => known.some(({ keyId, mark }) => keyId === one.keyId && mark === one.mark);
  if (known.length > 0 && !given.some(isKnown))
    throw new ForeignStoreError(
      `SECRETS_KEY has none of the keys of this installation (${known.map(({ keyId }) => keyId).join(', ')}), but ` +
        `${given.map(({ keyId }) => keyId).join(', ')}. Set SECRETS_KEY to the key of this installation; a new key is added beside ` +
        'it, separated by a comma. If the key is lost, run: appyard adopt --key',
    );
  const missing = given.filter((one) => !isKnown(one));
  // A process starts on a database that is read-only just now, too.
  if (missing.length === 0) return;
  await putKeyMarks(deps.db, missing).catch((err: unknown) => {
    if (!isDatabaseUnusable(err)) throw err;
    deps.log.warn('the marks of the keys were not written', { err });
  });
};

/** What another process needs to write the mark that it has announced. */
const MARK_WAIT_MS = 3_000;
const MARK_LOOK_MS = 250;

/** `lost`: the store has no mark although it had one. `unknown`: store or database cannot be asked now, or nobody has marked the store yet. */
export type BlobMark = 'there' | 'lost' | 'unknown';

/**
 * Compares the mark in the blob store with the database, and writes it where the database has never written one.
 *
 * @param writes false: the mark is left to be written by others, and is `unknown` until then.
 * @throws ForeignStoreError when the store has the mark of another installation.
 */
export const checkBlobMark = async (deps: Marked, { writes = true } = {}): Promise<BlobMark> => {
  try {
    const installation = await getInstallationId(deps.db);
    const there = await deps.blobs.readMark();
    if (there === undefined && !writes && !(await isBlobsMarked(deps.db))) return 'unknown';
    const found = there ?? (await markBlobs(deps, installation));
    if (found === installation) {
      if (!(await isBlobsMarked(deps.db))) await noteBlobsMarked(deps.db);
      return 'there';
    }
    if (found !== undefined) throw foreignBlobs(found, installation);
  } catch (err) {
    if (err instanceof ForeignStoreError) throw err;
    deps.log.warn('the mark of the blob store was not checked', { err });
    return 'unknown';
  }
  deps.log.error(
    'The blob store does not have the mark of this installation, although it was written before: is it another store? ' +
      'Set BLOB_URL (or DATA_DIR) to the store of the other processes. If the store is new on purpose, run: appyard adopt --blobs',
  );
  return 'lost';
};

const foreignBlobs = (found: string, installation: string): ForeignStoreError =>
  new ForeignStoreError(
    `The blob store belongs to the installation ${found}, the database to ${installation}. Set BLOB_URL (or DATA_DIR) to ` +
      'the store of this installation, or DATABASE_URL to the other database. After a restore, run: appyard adopt --blobs',
  );

/** @returns the mark that is there afterwards; undefined: none, and the database says that there was one. */
const markBlobs = async ({ db, blobs }: Marked, installation: string): Promise<string | undefined> => {
  if (!(await isBlobsMarked(db)) && (await noteBlobsMarked(db))) {
    try {
      await blobs.writeMark(installation);
    } catch (err) {
      await forgetBlobsMarked(db);
      throw err;
    }
    return installation;
  }
  for (let waited = 0; waited < MARK_WAIT_MS; waited += MARK_LOOK_MS) {
    await sleep(MARK_LOOK_MS);
    const found = await blobs.readMark();
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Writes the mark of this installation into the blob store, whatever it had. */
export const adoptBlobs = async ({ db, blobs }: Pick<Deps, 'db' | 'blobs'>): Promise<void> => {
  await blobs.writeMark(await getInstallationId(db));
  await noteBlobsMarked(db);
};

/** Adds the marks of the given keys, whatever keys the database knows. */
export const adoptKeys = async (deps: Pick<Deps, 'db' | 'cipher'>): Promise<void> =>
  putKeyMarks(deps.db, keyMarksOf(deps, await getInstallationId(deps.db)));
