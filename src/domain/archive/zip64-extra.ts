import { readUint64, sentinel16, sentinel32 } from './zip-format.ts';

/** What a central header says about the place of an entry, sentinels replaced or not. */
interface EntryExtent {
  expandedBytes: number;
  compressedBytes: number;
  offset: number;
  disk: number;
}

/** Lengths of the layout that has all fields from the first one on, needed or not: yazl and Go write 24. */
const fullLayouts = [8, 16, 24, 28];
const order = ['expandedBytes', 'compressedBytes', 'offset', 'disk'] as const;

/**
 * Replaces the sentinels of a central header by the values of its ZIP64 extra field.
 *
 * The specification puts only those fields into the extra field whose header field is a sentinel. Some writers put all
 * of them there, and some readers (adm-zip) take them from fixed places. So a field with more than is needed passes
 * only if both ways of reading it give the same, and what is not needed equals the header.
 * @returns null if the extra field is missing where it is needed, is there twice, or contradicts the header
 */
export const resolveZip64 = (header: EntryExtent, fields: Buffer[]): EntryExtent | null => {
  const [field] = fields;
  if (fields.length > 1) return null;
  const resolved = { ...header };
  let at = 0;
  for (const name of order) {
    if (header[name] !== (name === 'disk' ? sentinel16 : sentinel32)) continue;
    const value = field ? readField(field, name, at) : null;
    if (value === null) return null;
    resolved[name] = value;
    at += fieldBytes(name);
  }
  if (!field || field.length === at) return resolved;
  return fullLayouts.includes(field.length) && agreesInFull(resolved, field) ? resolved : null;
};

const agreesInFull = (resolved: EntryExtent, field: Buffer): boolean =>
  order.every((name, index) => {
    const value = readField(field, name, index * 8);
    return value === null || value === resolved[name];
  });

const fieldBytes = (name: keyof EntryExtent): number => (name === 'disk' ? 4 : 8);

const readField = (field: Buffer, name: keyof EntryExtent, at: number): number | null => {
  if (at + fieldBytes(name) > field.length) return null;
  return name === 'disk' ? field.readUInt32LE(at) : readUint64(field, at);
};
