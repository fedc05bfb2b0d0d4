import type { DirectoryRecord } from './archive-entry.ts';
import { hasSignature, readUint64, signatures } from './zip-format.ts';

/** Bytes of a descriptor: without and with signature, and the same two with sizes of 64 bits. No two are alike. */
export const descriptorLengths = [12, 16, 20, 24];

/** True if a descriptor of that length has sizes of 64 bits. */
export const isWideDescriptor = (length: number): boolean => length >= 20;

/**
 * True if `bytes`, of one of the lengths above, say what the central directory says. A reader that streams cannot tell a
 * descriptor without signature from one with it when the CRC looks like the signature: such a one is refused.
 */
export const descriptorAgrees = (bytes: Buffer, record: DirectoryRecord): boolean => {
  const isSigned = bytes.length === 16 || bytes.length === 24;
  if (isSigned !== hasSignature(bytes, 0, signatures.descriptor)) return false;
  const fields = bytes.subarray(isSigned ? 4 : 0);
  const isWide = isWideDescriptor(bytes.length);
  const compressedBytes = isWide ? readUint64(fields, 4) : fields.readUInt32LE(4);
  const expandedBytes = isWide ? readUint64(fields, 12) : fields.readUInt32LE(8);
  return (
    fields.readUInt32LE(0) === record.crc32 &&
    compressedBytes === record.compressedBytes &&
    expandedBytes === record.expandedBytes
  );
};
