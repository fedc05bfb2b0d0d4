import { readFile, stat } from 'node:fs/promises';
import { styleText } from 'node:util';
import type { Config } from '../config.ts';
import type { PackageProblem } from '../domain/package/problem.ts';
import { defaultSwitches, type PackageSwitches } from '../domain/package/switches.ts';
import { readPackage } from '../packages/read-package.ts';
import { say } from './output.ts';
import { packFolder } from './pack-folder.ts';

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
  const archive = (await stat(source)).isDirectory() ? await packFolder(source) : await readFile(source);
  const switches = { ...defaultSwitches, ...Object.fromEntries(on.map((name) => [name, true])) };
  const { errors, warnings } = await readPackage({ archive, limits: config.limits, switches });
  if (errors.length > 0) process.exitCode = 1;
  if (json) return say(JSON.stringify({ errors, warnings }, null, 2));
  for (const problem of errors) say(`${coloured('red', 'error')}    ${describe(problem)}`);
  for (const problem of warnings) say(`${coloured('yellow', 'warning')}  ${describe(problem)}`);
  const verdict =
    errors.length === 0 ? coloured('green', 'The package is good') : coloured('red', 'The package is refused');
  say(`${verdict}: ${errors.length} errors, ${warnings.length} warnings.`);
};

const describe = ({ key, message, file, line, column }: PackageProblem): string => {
  const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}:${column ?? 1}`}  `;
  return `${place}${message} ${coloured('dim', `(${key})`)}`;
};

/** Colours for a terminal only: not for a pipe, not where NO_COLOR is set. */
const coloured = (style: 'red' | 'yellow' | 'green' | 'dim', text: string): string =>
  process.stdout.isTTY && process.stdout.hasColors() ? styleText(style, text) : text;
