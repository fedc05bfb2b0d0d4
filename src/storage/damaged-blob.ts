import { pipeline, Transform, type Readable } from 'node:stream';
import { AppError } from '../errors.ts';

/** It may pass: whoever is storing it again writes it anew. */
export const damagedBlob = (sha256: string): AppError =>
  new AppError('damaged_blob', 503, 'A file came damaged from the blob store. Try again in a few seconds.', {
    cause: new Error(`the blob ${sha256} is not what it should be`),
    retryable: true,
  });

/** Retried: a store that was set wrongly for one process is right for the others. */
export const missingBlob = (sha256: string): AppError =>
  new AppError(
    'unavailable',
    503,
    'The file is not in the blob store of this process. The operator must check that BLOB_URL and DATA_DIR name the same store for every process.',
    { cause: new Error(`the blob ${sha256} does not exist`), retryable: true },
  );

/**
 * Hands a stream on and fails it when it has another size than it should: an answer that has promised more bytes than
 * follow would take those of the next one for its own.
 */
export const exactly = (stream: Readable, sha256: string, size: number): Readable => {
  let seen = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, passed) {
      seen += chunk.length;
      if (seen > size) passed(damagedBlob(sha256));
      else passed(null, chunk);
    },
    flush(ended) {
      ended(seen === size ? null : damagedBlob(sha256));
    },
  });
  return pipeline(stream, meter, () => undefined);
};
