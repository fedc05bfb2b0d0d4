import type { PackageProblem } from '../package/problem.ts';
import { archiveKeys, type ArchiveKey } from './archive-keys.ts';

/** Enough to repair a package by; more would only cost us, and a hostile archive can have a problem per entry. */
const maxReported = 20;

/** Names of strangers go into logs, JSON and Postgres, which takes no NUL: cut, control characters replaced. */
const maxFileBytes = 1_024;
const maxShownBytes = 160;

export type ProblemData = Record<string, string | number>;

/**
 * Builds the problem for `key`.
 * @param entry the entry's name as it stands in the archive, of any length and content
 * @param data fills the braces of the message and goes along as the problem's `data`
 */
export const archiveProblem = (key: ArchiveKey, entry?: Uint8Array, data: ProblemData = {}): PackageProblem => {
  const words: ProblemData = entry ? { ...data, entry: printableName(entry, maxShownBytes) } : data;
  const message = archiveKeys[key].replace(/\{(\w+)\}/g, (_, word: string) => String(words[word] ?? 'an entry'));
  return {
    key,
    message,
    ...(entry?.length && { file: printableName(entry, maxFileBytes) }),
    ...(Object.keys(data).length > 0 && { data }),
  };
};

/** The name as text, whatever its bytes are: at most `maxBytes` of it, and nothing that a log or a table would choke on. */
export const printableName = (name: Uint8Array, maxBytes = maxShownBytes): string => {
  const text = Buffer.from(name.subarray(0, maxBytes)).toString('utf8');
  const printable = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return name.length > maxBytes ? `${printable}…` : printable;
};

/** Adds a problem unless enough are there already. */
export const report = (problems: PackageProblem[], problem: PackageProblem | null): void => {
  if (problem && !isFull(problems)) problems.push(problem);
};

/** True once looking for further problems makes no sense. */
export const isFull = (problems: PackageProblem[]): boolean => problems.length >= maxReported;

/** Thrown where reading on makes no sense; caught by `inspectArchive` and `unpackArchive`, seen by nobody else. */
export class ArchiveRefusal extends Error {
  readonly problem: PackageProblem;

  constructor(key: ArchiveKey, entry?: Uint8Array, data?: ProblemData) {
    super(key);
    this.name = 'ArchiveRefusal';
    this.problem = archiveProblem(key, entry, data);
  }
}
