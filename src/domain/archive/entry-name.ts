import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { PackageProblem } from '../package/problem.ts';
import type { DirectoryRecord } from './archive-entry.ts';
import { archiveProblem } from './archive-problem.ts';
import type { ArchiveLimits } from './limits.ts';
import { findPathProblem } from './path-rules.ts';
import { flagBits } from './zip-format.ts';

/** Version (1 byte) and CRC of the name (4 bytes) stand in front of the name in a Unicode-path field. */
const unicodePathHeaderBytes = 5;

export const slash = 0x2f;
const dotSlash = Buffer.from('./');

/** True for the entry of the package's own folder, which `tar -a` writes. */
export const isRootFolder = (name: Buffer): boolean => name.equals(dotSlash);

/**
 * The path that an entry's name means: one `./` in front is dropped, as every reader does on disk, and a name in a code
 * page is read from its Unicode-path field (APPNOTE 4.6.9).
 */
export const readPath = (name: Buffer, flags: number, unicodePaths: Buffer[]): string => {
  const meant = translateName({ name, flags, unicodePaths }) ?? name;
  const start = meant.subarray(0, 2).equals(dotSlash) ? 2 : 0;
  return meant.toString('utf8', start, meant.at(-1) === slash ? meant.length - 1 : meant.length);
};

/**
 * The first thing that is wrong with an entry's name, or null.
 *
 * A name beyond ASCII without the UTF-8 flag must be UTF-8 (macOS, Info-ZIP), or a Unicode-path field must say what it
 * means (WinRAR, 7-Zip on Windows). Code pages are not guessed.
 */
export const findNameProblem = (record: DirectoryRecord, limits: ArchiveLimits): PackageProblem | null => {
  const { name, path } = record;
  if (isRootFolder(name)) return null;
  const pathBytes = Math.max(name.length, Buffer.byteLength(path)) - (record.isDirectory ? 1 : 0);
  if (pathBytes > limits.maxPathBytes)
    return archiveProblem('archive_path_too_long', name, { found: pathBytes, limit: limits.maxPathBytes });
  if (!isUtf8(name)) {
    if (!translateName(record)) return archiveProblem('archive_name_not_utf8', name);
  } else if (!repeatName(record.unicodePaths, name)) return archiveProblem('archive_unicode_path_differs', name);
  const problem = findPathProblem(path === '' ? name.toString() : path, limits);
  return problem && archiveProblem(problem.key, name, problem.data);
};

/** The name in a Unicode-path field of version 1 whose CRC is that of the name in the header; undefined: there is none. */
const unicodeNameOf = (unicodePaths: Buffer[], name: Buffer): Buffer | undefined => {
  const [field] = unicodePaths;
  const isValid =
    field !== undefined &&
    unicodePaths.length === 1 &&
    field.length > unicodePathHeaderBytes &&
    field[0] === 1 &&
    field.readUInt32LE(1) === crc32(name);
  return isValid ? field.subarray(unicodePathHeaderBytes) : undefined;
};

/**
 * What a name in a code page means by its Unicode-path field; undefined when it says something else. A reader that does
 * not look at the field must find the same folders and the same plain names: no field can make another file a manifest.
 */
const translateName = ({
  name,
  flags,
  unicodePaths,
}: Pick<DirectoryRecord, 'name' | 'flags' | 'unicodePaths'>): Buffer | undefined => {
  if ((flags & flagBits.utf8) !== 0 || unicodePaths.length === 0 || isUtf8(name)) return undefined;
  const meant = unicodeNameOf(unicodePaths, name);
  return meant && isUtf8(meant) && haveSamePlainParts(name, meant) && !name.some(isUnsafe) ? meant : undefined;
};

/** Characters that some systems read as more than a letter of a name, whatever the code page is. */
const isUnsafe = (byte: number): boolean =>
  byte < 0x20 || byte === 0x7f || '"*:<>?\\|'.includes(String.fromCharCode(byte));

const haveSamePlainParts = (name: Buffer, meant: Buffer): boolean => {
  // A character for each byte.
  const [parts = [], others = []] = [name, meant].map((one) => one.toString('latin1').split('/'));
  const isPlain = (part: string): boolean => !/[\x80-\xFF]/.test(part);
  return (
    parts.length === others.length &&
    parts.every((part, index) => (isPlain(part) || isPlain(others[index]!) ? part === others[index] : true))
  );
};

/**
 * True if there is no Unicode-path field, or a single one that gives the very name of the header. One that is out of date
 * (other CRC) or of an unknown version is to be ignored by the specification; not every reader does.
 */
const repeatName = (unicodePaths: Buffer[], name: Buffer): boolean =>
  unicodePaths.length === 0 || unicodeNameOf(unicodePaths, name)?.equals(name) === true;

/** True if the Unicode-path field of a local header says what the central directory says. */
export const repeatsUnicodePath = (local: Buffer[], { name, unicodePaths }: DirectoryRecord): boolean =>
  repeatName(local, name) || (local.length === 1 && unicodePaths.length === 1 && local[0]!.equals(unicodePaths[0]!));
