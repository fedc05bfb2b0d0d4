import { extraFieldIds } from './zip-format.ts';

/**
 * The extra fields that change how a reader understands an entry. The others (times, owners) are skipped. Of each kind
 * there may be one; a second is kept to be refused, and no more, because 64 MiB have room for millions.
 */
interface ExtraFields {
  zip64: Buffer[];
  unicodePaths: Buffer[];
}

const blockHeaderBytes = 4;

/** Splits the extra fields of a header into blocks; null if they do not fill it exactly. */
export const readExtraFields = (extra: Buffer): ExtraFields | null => {
  const fields: ExtraFields = { zip64: [], unicodePaths: [] };
  let at = 0;
  while (at < extra.length) {
    if (at + blockHeaderBytes > extra.length) return null;
    const id = extra.readUInt16LE(at);
    const start = at + blockHeaderBytes;
    const end = start + extra.readUInt16LE(at + 2);
    if (end > extra.length) return null;
    const kind =
      id === extraFieldIds.zip64 ? fields.zip64 : id === extraFieldIds.unicodePath ? fields.unicodePaths : null;
    if (kind && kind.length < 2) kind.push(extra.subarray(start, end));
    at = end;
  }
  return fields;
};
