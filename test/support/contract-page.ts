import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/cli/project-root.ts';

/** A row of a page of `docs/api`, with the heading above its table. */
export interface PageRow {
  heading: string;
  what: string;
  answer: string;
  proof: string;
}

/** @throws Error for a row that has not three cells, or an empty one. */
export const readContractPage = (door: string): PageRow[] => {
  let heading = '';
  const lines = readFileSync(path.join(projectRoot, `docs/api/${door}.md`), 'utf8').split('\n');
  return lines.flatMap((line) => {
    if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
    if (!line.startsWith('|') || /^\|[ :|-]+$/.test(line)) return [];
    const [, what, answer, proof, ...rest] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (!what || !answer || !proof || rest.length !== 1) throw new Error(`not three full cells: ${line}`);
    return what === 'what' ? [] : [{ heading, what, answer, proof }];
  });
};

/** What is wrong with the proofs of a row: each names a file and a title in it. */
export const proofFaults = ({ what, proof }: PageRow): string[] =>
  proof.split('<br>').flatMap((one) => {
    const [, file, title] = /^`(\S+\.test\.ts)`: (.+)$/.exec(one) ?? [];
    if (!file || !title) return [`${what}: cannot be read: ${one}`];
    const place = path.join(projectRoot, 'test', file);
    if (!existsSync(place)) return [`${what}: there is no ${file}`];
    return readFileSync(place, 'utf8').includes(title) ? [] : [`${file} has no test "${title}"`];
  });
