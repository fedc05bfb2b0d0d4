import { randomBytes } from 'node:crypto';

interface Part {
  /** What stands after `form-data; `. */
  disposition: string;
  content: Buffer | string;
}

const BOUNDARY = 'cut-here';
export const MULTIPART = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

/** A multipart body written by hand, so that it may be wrong; without its end when it is not `closed`. */
export const multipart = (parts: Part[], { closed = true } = {}): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ disposition, content }) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from(closed ? '\r\n' : ''),
    ]),
    Buffer.from(closed ? `--${BOUNDARY}--\r\n` : ''),
  ]);

export const filePart = (content: Buffer, name = 'uploaded_data'): Part => ({
  disposition: `name="${name}"; filename="app.zip"\r\nContent-Type: application/zip`,
  content,
});

/** Begins like a zip and is never the same twice; good enough for an upload, which looks at no more than that. */
export const zipLike = (bytes: number): Buffer => Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(bytes - 4)]);
