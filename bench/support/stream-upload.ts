import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import type { System } from './system.ts';

const CHUNK_BYTES = 64 * 1024;
const BOUNDARY = 'appyard-bench-7f3c1d';

/** The same for all, so that the client needs no memory, and so that one blob stays on the disk and not a gigabyte. */
const chunk = randomBytes(CHUNK_BYTES);

/** Random bytes behind the head of a zip. */
function* zipLike(bytes: number): Generator<Buffer> {
  yield Buffer.from('PK\x03\x04', 'latin1');
  for (let left = bytes - 4; left > 0; left -= CHUNK_BYTES) yield left < CHUNK_BYTES ? chunk.subarray(0, left) : chunk;
}

/** Uploads so many bytes as a stream. @throws Error when they are not accepted. */
export const streamUpload = async ({ origin, authorization }: System, bytes: number): Promise<void> => {
  const head = Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="uploaded_data"; filename="app.zip"\r\n` +
      'Content-Type: application/zip\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  const body = function* (): Generator<Buffer> {
    yield head;
    yield* zipLike(bytes);
    yield tail;
  };
  const sent = request(`${origin}/api/v2/apps/uploads.json`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': head.length + bytes + tail.length,
    },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  const [[answer]] = await Promise.all([answered, pipeline(Readable.from(body()), sent)]);
  const said = await text(answer);
  if (answer.statusCode !== 201) throw new Error(`an upload was answered with ${answer.statusCode}: ${said}`);
};
