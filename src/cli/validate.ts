import { readFile, stat } from 'node:fs/promises';
import { styleText } from 'node:util';
import type { Config } from '../config.ts';
import { countProblems, type PackageProblem } from '../domain/package/problem.ts';
import { defaultSwitches, type PackageSwitches } from '../domain/package/switches.ts';
import { readPackage } from '../packages/read-package.ts';
import { findFolderProblems } from './folder-problems.ts';
import { say } from './output.ts';
import { listFolder, packFiles } from './pack-folder.ts';

export interface ValidateOptions {
  on?: (keyof PackageSwitches)[];
  json?: boolean;
}

/** The same checks as a build's, with no server. Exit code 1 when the package would be refused. */
export const validate = async (
  config: Config,
  source: string,
  { on = [], json = false }: ValidateOptions,
): Promise<void> => {
  const { archive, problems } = await readSource(source, config.limits);
  const switches = { ...defaultSwitches, ...Object.fromEntries(on.map((name) => [name, true])) };
  const { errors: found, warnings } = await readPackage({ archive, limits: config.limits, switches, repack: false });
  const errors = [...problems, ...found];
  if (errors.length > 0) process.exitCode = 1;
  if (json) return say(JSON.stringify({ errors, warnings }, null, 2));
  for (const problem of errors) say(`${coloured('red', 'error')}    ${describe(problem)}`);
  for (const problem of warnings) say(`${coloured('yellow', 'warning')}  ${describe(problem)}`);
  const verdict =
    errors.length === 0 ? coloured('green', 'The package is good') : coloured('red', 'The package is refused');
  say(`${verdict}: ${countProblems(errors)} errors, ${countProblems(warnings)} warnings.`);
};

/** An archive; of a folder, with what keeps the rest of it out of any archive. */
const readSource = async (
  source: string,
  limits: Config['limits'],
): Promise<{ archive: Buffer; problems: PackageProblem[] }> => {
  if (!(await stat(source)).isDirectory()) return { archive: await readFile(source), problems: [] };
  const { problems, good } = findFolderProblems(await listFolder(source), limits);
  return { archive: await packFiles(source, good), problems };
};

/** The message says where. */
const describe = ({ key, message, more }: PackageProblem): string =>
  `${message} ${coloured('dim', more ? `(${key}, and ${more} more of this kind)` : `(${key})`)}`;

/** Colours for a terminal only: not for a pipe, not where NO_COLOR is set. */
const coloured = (style: 'red' | 'yellow' | 'green' | 'dim', text: string): string =>
  process.stdout.isTTY && process.stdout.hasColors() ? styleText(style, text) : text;
