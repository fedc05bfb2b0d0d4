import { isAscii, isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { PackageProblem } from '../package/problem.ts';
import type { DirectoryRecord } from './archive-entry.ts';
import { archiveProblem } from './archive-problem.ts';
import type { ArchiveLimits } from './limits.ts';
import { findPathProblem } from './path-rules.ts';
import { flagBits } from './zip-format.ts';

/** Version (1 byte) and CRC of the name (4 bytes) stand in front of the name in a Unicode-path field. */
const unicodePathHeaderBytes = 5;

/**
 * The first thing that is wrong with an entry's name, or null.
 *
 * Without the UTF-8 flag, yauzl takes a name for code page 437 and adm-zip for UTF-8: such a name must be ASCII, which is
 * the same in both. A Unicode-path field does not help: yauzl prefers it to the name, Python's zipfile does not look at it.
 */
export const findNameProblem = (record: DirectoryRecord, limits: ArchiveLimits): PackageProblem | null => {
  const { name, path } = record;
  const pathBytes = name.length - (record.isDirectory ? 1 : 0);
  if (pathBytes > limits.maxPathBytes)
    return archiveProblem('archive_path_too_long', name, { found: pathBytes, limit: limits.maxPathBytes });
  if (!isUtf8(name)) return archiveProblem('archive_name_not_utf8', name);
  if (!repeatName(record.unicodePaths, name)) return archiveProblem('archive_unicode_path_differs', name);
  if ((record.flags & flagBits.utf8) === 0 && !isAscii(name))
    return archiveProblem('archive_name_encoding_unclear', name);
  const problem = findPathProblem(path === '' ? name.toString() : path, limits);
  return problem && archiveProblem(problem.key, name, problem.data);
};

/**
 * True if there is no Unicode-path field, or a single one that gives the very name of the header. One that is out of date
 * (other CRC) or of an unknown version is to be ignored by the specification; not every reader does.
 */
export const repeatName = (unicodePaths: Buffer[], name: Buffer): boolean => {
  const [field] = unicodePaths;
  if (!field) return true;
  return (
    unicodePaths.length === 1 &&
    field.length > unicodePathHeaderBytes &&
    field[0] === 1 &&
    field.readUInt32LE(1) === crc32(name) &&
    field.subarray(unicodePathHeaderBytes).equals(name)
  );
};
