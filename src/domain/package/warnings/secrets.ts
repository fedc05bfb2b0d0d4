import { list } from '../json/values.ts';
import { decodeText, type PackageView } from '../package-view.ts';
import type { ProblemList } from '../problem-list.ts';
import { findRun } from './find-run.ts';
import { findStems, findWord } from './find-stems.ts';
import { type SecretPattern, secretPatterns } from './secret-patterns.ts';
import { isText } from './text-files.ts';

/** Text behind this is not searched: three dozen patterns over a package of the largest size would take minutes. */
const maxCharacters = 64 * 1024 * 1024;

/**
 * Whether the pattern occurs. When nothing fits behind a beginning, nothing fits behind a later one on the same line
 * either, so each line is searched once.
 */
const occurs = ({ head, follow }: SecretPattern, text: string): boolean => {
  head.lastIndex = 0;
  if (!follow) return head.test(text);
  while (head.test(text)) {
    const lineEnd = follow.anywhere ? -1 : text.indexOf('\n', head.lastIndex);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const from = head.lastIndex + follow.gap;
    const isThere =
      follow.what instanceof RegExp ? follow.what.test(text.slice(from, end)) : findRun(text, follow.what, from, end);
    if (isThere) return true;
    head.lastIndex = end;
  }
  return false;
};

/** Labels of what a text seems to hold. */
const findSecrets = (text: string, stems: ReadonlySet<string>): string[] =>
  secretPatterns.filter((pattern) => stems.has(pattern.hint) && occurs(pattern, text)).map(({ label }) => label);

/** Possible secrets in texts, then one warning for all suspicious words. Package rules of the reference validator 4.52. */
export const warnAboutSecrets = (view: PackageView, warnings: ProblemList): void => {
  const words = new Map<string, string>();
  let left = maxCharacters;
  for (const { path, bytes } of view.files) {
    if (!isText(path) || left <= 0) continue;
    const text = decodeText(bytes)?.slice(0, left) ?? '';
    left -= text.length;
    const stems = findStems(text.toLowerCase());
    for (const label of findSecrets(text, stems)) {
      const message = `${path} may hold a secret (${label}); keep it in a secure setting, not in the package.`;
      warnings.add({ key: 'warning.possible_secret', message, file: path, data: { file: path, label } });
    }
    const word = findWord(text, stems);
    if (word !== undefined) words.set(path, word);
  }
  if (words.size === 0) return;
  const found = [...words].map(([path, word]) => `${path} (${word})`);
  warnings.add({
    key: 'warning.secret_words',
    message: `Words that go with secrets are in ${list(found)}; make sure that no secret is in the package.`,
    data: { files: found.join(', '), count: found.length },
  });
};
