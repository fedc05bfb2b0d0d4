import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import type { StorageEngine } from 'multer';
import { isStorable } from '../domain/storable-text.ts';
import { TooLargeError } from '../errors.ts';
import { temporaryName } from '../storage/incoming.ts';

/** An uploaded file, written to disk while it was hashed and counted. Whoever asked for it removes it. */
export interface SpooledFile {
  path: string;
  size: number;
  sha256: string;
  /** The first bytes, four at the most. */
  head: Buffer;
  name: string;
}

const HEAD_BYTES = 4;
const LONGEST_NAME = 255;

/**
 * Streams a file into a temporary one of its own: whatever its size, memory holds a few chunks of it. The blob store
 * sees it only once the whole request is known to be good.
 *
 * @param hold is told how much has arrived, and waited for; it may refuse more.
 */
export const createSpool = (
  directory: string,
  hold: (req: Request, bytes: number) => Promise<void>,
): StorageEngine => ({
  _handleFile(req, file, done) {
    const target = path.join(directory, temporaryName());
    const hash = createHash('sha256');
    let size = 0;
    let head = Buffer.alloc(0);
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, passed) {
        hash.update(chunk);
        size += chunk.length;
        if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
        hold(req, size).then(() => passed(null, chunk), passed);
      },
    });
    const discard = async (err: Error): Promise<void> => {
      await rm(target, { force: true });
      done(err);
    };
    // Flushed to the disk before it is answered: an accepted upload survives a power cut.
    pipeline(file.stream, meter, createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true })).then(() => {
      // At the limit the part ends as if it were complete.
      if ('truncated' in file.stream && file.stream.truncated === true)
        return discard(new TooLargeError('The package is too large.'));
      const name = isStorable(file.originalname) ? file.originalname.slice(0, LONGEST_NAME) : 'package.zip';
      const spooled: SpooledFile = { path: target, size, sha256: hash.digest('hex'), head, name };
      return done(null, { spooled } as Partial<Express.Multer.File>);
    }, discard);
  },
  _removeFile(_req, file, done) {
    const { spooled } = file as Partial<{ spooled: SpooledFile }>;
    // Only the temporary file: a blob may be of use to others.
    rm(spooled?.path ?? '', { force: true }).then(() => done(null), done);
  },
});
