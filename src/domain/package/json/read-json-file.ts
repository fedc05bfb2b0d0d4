import { getLocation } from 'jsonc-parser';
import type { ArchiveLimits } from '../../archive/limits.ts';
import type { PackageFile } from '../package-file.ts';
import { decodeText } from '../package-view.ts';
import { describePlace, type PackageProblem } from '../problem.ts';
import type { JsonDocument } from './json-document.ts';
import type { JsonFault } from './json-fault.ts';
import { parseJson } from './parse-json.ts';

export type JsonLimits = Pick<ArchiveLimits, 'maxJsonBytes' | 'maxJsonDepth'>;

/**
 * The parser, and what goes through its trees later, is recursive, and overflows the stack at about 5,000. Whatever
 * the configuration says: so what is taken once can be read again under any other configuration.
 */
export const maxDepthOfAll = 1_000;

/** A manifest has some hundred values, the requirements of a large app some ten thousand. */
const maxValuesOfFile = 200_000;

/** The keys under which one kind of file reports what is wrong with its JSON. */
export interface JsonFileRules {
  syntaxKey: string;
  /** Given: a key may not be written twice in one object. */
  duplicate?: { key: string; data: (name: string) => Record<string, unknown> };
  /** Not given: the limit of a single file. */
  values?: { max: number; tooMany: PackageProblem };
}

/** Longer pointers are of no use to a reader; the line is. */
const maxPointer = 1_000;

/** The pointer to the value, or the key, at which the parser stopped; '' outside of the first value. */
const pointerAt = (text: string, { kind, line, column }: JsonFault): { pointer?: string } => {
  const breaks = /\r\n|\r|\n/g;
  for (let before = 1; before < line; before += 1) breaks.test(text);
  const { path } = getLocation(text, breaks.lastIndex + column - 1);
  // Where a key should stand, the parser has an empty one.
  const known = kind === 'syntax' && path.at(-1) === '' ? path.slice(0, -1) : path;
  const pointer = known.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return pointer.length > maxPointer ? {} : { pointer };
};

const problemOf = (file: string, text: string, fault: JsonFault, rules: JsonFileRules): PackageProblem => {
  const place = { file, line: fault.line, column: fault.column, ...pointerAt(text, fault) };
  const where = describePlace(place);
  if (fault.kind === 'size') {
    if (rules.values) return rules.values.tooMany;
    const message = `${where}: ${fault.detail}; make the file smaller.`;
    return { key: 'json_file_too_large', message, ...place, data: { file, max: maxValuesOfFile } };
  }
  if (fault.kind === 'unsupported') {
    return {
      key: 'unsupported_json',
      message: `${where}: ${fault.detail}; write it otherwise.`,
      ...place,
      data: { file },
    };
  }
  if (fault.kind === 'duplicate' && rules.duplicate) {
    const message = `${where}: ${fault.detail} in one object; keep only one of them.`;
    return { key: rules.duplicate.key, message, ...place, data: rules.duplicate.data(fault.name ?? '') };
  }
  const message = `${where}: the file is not valid JSON, because ${fault.detail}; correct it there.`;
  return { key: rules.syntaxKey, message, ...place, data: { file, errors: fault.detail } };
};

/**
 * Gives the document and the count of its values, or the one problem that keeps it from being read. Takes at most
 * `maxJsonBytes`.
 */
export const readJsonFile = (
  { path, bytes }: PackageFile,
  rules: JsonFileRules,
  limits: JsonLimits,
): { document: JsonDocument; count: number } | { problem: PackageProblem } => {
  if (bytes.length > limits.maxJsonBytes) {
    const message = `${path} has ${bytes.length} bytes; make it smaller than ${limits.maxJsonBytes} bytes.`;
    return {
      problem: { key: 'json_file_too_large', message, file: path, data: { file: path, max: limits.maxJsonBytes } },
    };
  }
  const decoded = decodeText(bytes);
  if (decoded === undefined) return { problem: notUtf8(path) };
  // Editors on Windows put it there; RFC 8259, 8.1 lets a parser ignore it.
  const text = decoded.replace(/^\uFEFF/, '');
  const result = parseJson(text, {
    maxDepth: Math.min(limits.maxJsonDepth, maxDepthOfAll),
    duplicates: rules.duplicate ? 'refuse' : 'last',
    maxValues: rules.values?.max ?? maxValuesOfFile,
  });
  if ('root' in result) return { document: { file: path, root: result.root }, count: result.count };
  return { problem: problemOf(path, text, result.fault, rules) };
};

/** The reference validator 4.52 crashes on such a file, so its package never was a valid one. */
export const notUtf8 = (path: string): PackageProblem => ({
  key: 'invalid_encoding',
  message: `${path} is not UTF-8 text; save it with the encoding UTF-8.`,
  file: path,
  data: { file: path },
});
