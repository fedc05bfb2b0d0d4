import type { ArchiveLimits } from '../../archive/limits.ts';
import type { PackageFile } from '../package-file.ts';
import { decodeText } from '../package-view.ts';
import type { PackageProblem } from '../problem.ts';
import type { JsonDocument } from './json-document.ts';
import type { JsonFault } from './json-fault.ts';
import { parseJson } from './parse-json.ts';

export type JsonLimits = Pick<ArchiveLimits, 'maxJsonBytes' | 'maxJsonDepth'>;

/** The keys under which one kind of file reports what is wrong with its JSON. */
export interface JsonFileRules {
  syntaxKey: string;
  /** Given: a key may not be written twice in one object. */
  duplicate?: { key: string; data: (name: string) => Record<string, unknown> };
}

const problemOf = (file: string, fault: JsonFault, rules: JsonFileRules): PackageProblem => {
  const place = { file, line: fault.line, column: fault.column };
  const where = `${file}, line ${fault.line}, column ${fault.column}`;
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
  const message = `${where}: the file is not valid JSON, because ${fault.detail}.`;
  return { key: rules.syntaxKey, message, ...place, data: { file, errors: fault.detail } };
};

/** Gives the document, or the one problem that keeps it from being read. Takes at most `maxJsonBytes`. */
export const readJsonFile = (
  { path, bytes }: PackageFile,
  rules: JsonFileRules,
  limits: JsonLimits,
): { document: JsonDocument } | { problem: PackageProblem } => {
  if (bytes.length > limits.maxJsonBytes) {
    const message = `${path} has ${bytes.length} bytes; make it smaller than ${limits.maxJsonBytes} bytes.`;
    return {
      problem: { key: 'json_file_too_large', message, file: path, data: { file: path, max: limits.maxJsonBytes } },
    };
  }
  const text = decodeText(bytes);
  if (text === undefined) return { problem: notUtf8(path) };
  const dialect = { maxDepth: limits.maxJsonDepth, duplicates: rules.duplicate ? 'refuse' : 'last' } as const;
  const result = parseJson(text, dialect);
  if ('root' in result) return { document: { file: path, root: result.root } };
  if (text.startsWith('\uFEFF')) {
    const detail = 'it begins with a byte order mark';
    return { problem: problemOf(path, { kind: 'syntax', detail, line: 1, column: 1 }, rules) };
  }
  return { problem: problemOf(path, result.fault, rules) };
};

/** The reference validator 4.52 crashes on such a file, so its package never was a valid one. */
export const notUtf8 = (path: string): PackageProblem => ({
  key: 'invalid_encoding',
  message: `${path} is not UTF-8 text; save it with the encoding UTF-8.`,
  file: path,
  data: { file: path },
});
