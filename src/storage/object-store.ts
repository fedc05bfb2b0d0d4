import { once } from 'node:events';
import { ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Disk } from 'flydrive';

/** What the blob store needs of whatever keeps its objects. Writing is whole or not at all, as far as that can do it. */
export interface ObjectStore {
  /** In bytes; undefined: there is no such object. One round trip. */
  size(key: string): Promise<number | undefined>;
  read(key: string): Promise<Readable>;
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Takes a file of the local disk, which may be gone afterwards. */
  moveIn(key: string, file: { path: string; size: number }): Promise<void>;
  /** One that is not there is no error. */
  remove(key: string): Promise<void>;
  /** All keys, in pages; also those of what others keep there. */
  list(): AsyncIterable<string[]>;
  /** @throws Error when it cannot be reached. */
  check(): Promise<void>;
}

/**
 * What is the same for every drive.
 *
 * @param removing what removes, where it is not the same as what reads.
 * @param under where on the drive a key stands.
 */
export const onDrive = (
  disk: Disk,
  { removing = disk, under = (key: string) => key } = {},
): Pick<ObjectStore, 'size' | 'read' | 'remove'> => {
  const size: ObjectStore['size'] = async (key) => {
    try {
      return (await disk.getMetaData(under(key))).contentLength;
    } catch (err) {
      if (isMissing(err)) return undefined;
      throw err;
    }
  };
  return {
    size,
    async read(key) {
      const stream = await disk.getStream(under(key));
      // On disk a missing file shows only when it is opened.
      if (stream instanceof ReadStream) await once(stream, 'open');
      return stream;
    },
    async remove(key) {
      try {
        await removing.delete(under(key));
      } catch (err) {
        // Some servers complain when there is nothing to remove, or when two remove the last ones of a folder at once.
        if ((await size(key)) !== undefined) throw err;
      }
    },
  };
};

/** flydrive hangs the driver's error on its own. */
export const isMissing = (err: unknown): boolean => {
  const cause = err instanceof Error && err.cause !== undefined ? err.cause : err;
  if (!(cause instanceof Error)) return false;
  if ('code' in cause && cause.code === 'ENOENT') return true;
  // The bucket is missing, not the object.
  if (cause.name === 'NoSuchBucket') return false;
  const { $metadata } = cause as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode === 404;
};
