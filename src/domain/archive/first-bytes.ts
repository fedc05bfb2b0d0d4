/** Of a local header, and of the end record, with which an archive without entries begins. */
const beginnings = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('PK\x05\x06', 'latin1')];

/** True if a file that begins with `head` (four bytes are enough) may be a zip. Says nothing about the rest of it. */
export const looksLikeZip = (head: Uint8Array): boolean =>
  beginnings.some((beginning) => beginning.equals(head.subarray(0, beginning.length)));
