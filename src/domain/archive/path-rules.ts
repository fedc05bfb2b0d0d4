import type { ArchiveKey } from './archive-keys.ts';
import type { ProblemData } from './archive-problem.ts';
import type { ArchiveLimits } from './limits.ts';

interface PathProblem {
  key: ArchiveKey;
  data?: ProblemData;
}

/**
 * Control characters, and what changes how the rest of a name is shown or is dropped by some readers: line and
 * paragraph separators, marks of writing direction, the byte order mark.
 */
const invisible = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/u;
const reservedOnWindows = /["*:<>?|]/;
/** With any extension: NUL.txt is the null device, too. */
const windowsDevice = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00B9\u00B2\u00B3]) *(?:\.|$)/i;

/** Rules for the whole path, in this order. */
const pathRules: [ArchiveKey, (path: string) => boolean][] = [
  ['archive_name_empty', (path) => path === ''],
  ['archive_name_control_character', (path) => invisible.test(path)],
  ['archive_name_backslash', (path) => path.includes('\\')],
  ['archive_path_absolute', (path) => path.startsWith('/')],
  ['archive_path_drive_letter', (path) => /^[a-z]:/i.test(path)],
];

/** Rules for one part of a path, in this order. */
const partRules: [ArchiveKey, (part: string) => boolean][] = [
  ['archive_path_traversal', (part) => part === '..'],
  ['archive_path_dot_part', (part) => part === '.'],
  ['archive_path_empty_part', (part) => part === ''],
  ['archive_name_reserved_character', (part) => reservedOnWindows.test(part)],
  ['archive_name_windows_device', (part) => windowsDevice.test(part)],
  ['archive_name_trailing_dot_or_blank', (part) => /[. ]$/.test(part)],
];

/**
 * The first rule that a path breaks, or null. The path is text already, without the slash at the end of a folder's name,
 * and at most `limits.maxPathBytes` long.
 */
export const findPathProblem = (path: string, limits: ArchiveLimits): PathProblem | null => {
  const broken = pathRules.find(([, breaks]) => breaks(path));
  if (broken) return { key: broken[0] };
  const parts = path.split('/');
  const brokenPart = partRules.find(([, breaks]) => parts.some(breaks));
  if (brokenPart) return { key: brokenPart[0] };
  if (parts.length > limits.maxPathDepth)
    return { key: 'archive_path_too_deep', data: { found: parts.length, limit: limits.maxPathDepth } };
  const longest = Math.max(...parts.map((part) => Buffer.byteLength(part)));
  return longest > limits.maxPathPartBytes
    ? { key: 'archive_path_part_too_long', data: { found: longest, limit: limits.maxPathPartBytes } }
    : null;
};
