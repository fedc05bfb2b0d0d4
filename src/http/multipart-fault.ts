import type { Request } from 'express';
import { AppError, MalformedRequestError } from '../errors.ts';

/** Bytes of a body that are looked at: the boundary and the head of its first part. */
const START_BYTES = 2_048;
/** Characters of a boundary, or of another value from outside, that a message repeats. */
const SHOWN = 80;

/**
 * Says what is wrong with the headers of a request that should have a multipart body.
 *
 * @param noun what the message calls the file.
 */
export const headerFault = (req: Request, noun: string): AppError | undefined => {
  const encoding = req.get('content-encoding')?.trim() ?? 'identity';
  if (encoding.toLowerCase() !== 'identity')
    return new AppError(
      'unsupported_media_type',
      415,
      `The body is compressed (Content-Encoding: ${shown(encoding)}). Send it uncompressed.`,
    );
  const type = req.get('content-type');
  if (!/^\s*multipart\/form-data\s*(;|$)/i.test(type ?? ''))
    return new MalformedRequestError(
      `Send the ${noun} as multipart/form-data (curl -F). The request has ` +
        `${type === undefined ? 'no Content-Type' : `the Content-Type "${shown(type)}"`}.`,
    );
  return announcedBoundary(type ?? '')
    ? undefined
    : new MalformedRequestError(
        'The header Content-Type has no boundary. Do not set this header yourself: the HTTP client sets it with the ' +
          'boundary that it uses (curl -F; fetch or axios with a FormData body).',
      );
};

/** Keeps the first bytes of a body beside whoever reads it; call it in the same turn in which that begins to read. */
export const keepStart = (req: Request): (() => Buffer) => {
  const chunks: Buffer[] = [];
  let length = 0;
  req.on('data', (chunk: Buffer) => {
    if (length >= START_BYTES) return;
    // A copy, or the whole chunk would stay in memory.
    chunks.push(Buffer.from(chunk.subarray(0, START_BYTES - length)));
    length += chunk.length;
  });
  return () => Buffer.concat(chunks);
};

/** Bodies that are no multipart at all, by their first bytes. */
const OTHERS: readonly [prefix: string, message: string][] = [
  ['1f8b', 'The body is compressed with gzip, and no header says so. Send it uncompressed.'],
  ['28b52ffd', 'The body is compressed with zstd, and no header says so. Send it uncompressed.'],
  ['504b0304', 'The body is a bare zip file, not multipart/form-data. Send the file in a multipart field (curl -F).'],
];

/**
 * Says what is wrong with a multipart body that could not be read, or in which no file was found.
 *
 * @param start of the body, see {@link keepStart}.
 * @returns undefined when its beginning looks right.
 */
export const bodyFault = (req: Request, start: Buffer): AppError | undefined => {
  const message =
    OTHERS.find(([prefix]) => start.toString('hex', 0, 4).startsWith(prefix))?.[1] ?? partFault(req, start);
  return message === undefined ? undefined : new MalformedRequestError(message);
};

const partFault = (req: Request, start: Buffer): string | undefined => {
  const text = start.toString('latin1');
  const announced = announcedBoundary(req.get('content-type') ?? '') ?? '';
  const [, used, lineEnd] = /^(?:\r?\n)*--([^\r\n]{1,200}?)[ \t]*(\r?\n)/.exec(text) ?? [];
  if (used === undefined) return undefined;
  if (used !== announced && used !== `${announced}--`)
    return `The parts of the body are separated by the boundary "${shown(used)}", but the header Content-Type announces "${shown(announced)}".`;
  if (used !== announced) return undefined; // There is no part at all.
  if (lineEnd === '\n') return 'The lines of the multipart body end in LF. They must end in CRLF.';
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  const disposition = /^content-disposition:[ \t]*(.*)$/im.exec(head)?.[1]?.trim();
  if (disposition === undefined)
    return 'The first part of the body has no header "Content-Disposition: form-data; name=…; filename=…".';
  if (!/^form-data\s*(;|$)/i.test(disposition))
    return `The first part of the body has "Content-Disposition: ${shown(disposition)}". It must be "form-data; name=…; filename=…".`;
  return undefined;
};

const announcedBoundary = (contentType: string): string | undefined => {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  return quoted ?? plain;
};

const shown = (text: string): string => JSON.stringify(text.slice(0, SHOWN)).slice(1, -1);
