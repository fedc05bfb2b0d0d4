import { access, chmod, constants, lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedPostgresError, reasonIn, USE_YOUR_OWN } from './embedded-postgres-error.ts';
import { runCommand } from './run-command.ts';

/** The programs of one PostgreSQL. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** As in PG_VERSION: '18'. */
  majorVersion: string;
}

const packageRoot = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Resolved from the wrapper, which need not lie beside us, and never imported: the wrapper installs exit hooks
    // that would stop the database before our own shutdown has finished with it.
    const require = createRequire(import.meta.url);
    const wrapper = require.resolve('embedded-postgres');
    return path.resolve(path.dirname(createRequire(wrapper).resolve(name)), '..');
  } catch (err) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for this machine (the package ${name} is not installed): ` +
        `run npm install without --omit=optional, or ${USE_YOUR_OWN}.`,
      err,
    );
  }
};

const isLink = (value: unknown): value is { source: string; target: string } =>
  typeof value === 'object' && value !== null && 'source' in value && 'target' in value;

/** What the package's install script does; npm may not have run it, and nothing starts without the links to libicu. */
const linkLibraries = async (root: string): Promise<void> => {
  const text = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(text);
  for (const { source, target } of Array.isArray(links) ? links.filter(isLink) : []) {
    const link = path.join(root, target);
    if (await lstat(link).catch(() => undefined)) continue;
    await symlink(path.basename(source), link).catch((err: NodeJS.ErrnoException) => {
      if (err.code !== 'EEXIST') throw err; // another start was faster
    });
  }
};

const makeExecutable = async (file: string): Promise<void> => {
  const executable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!executable) await chmod(file, 0o755);
};

/**
 * Finds the PostgreSQL that npm installed for this platform and makes it runnable.
 * @throws EmbeddedPostgresError when there is none, or it does not run here
 */
export const findBinaries = async (): Promise<Binaries> => {
  const root = packageRoot();
  const initdb = path.join(root, 'native', 'bin', 'initdb');
  const postgres = path.join(root, 'native', 'bin', 'postgres');
  try {
    await linkLibraries(root);
    await makeExecutable(initdb);
    await makeExecutable(postgres);
  } catch (err) {
    throw new EmbeddedPostgresError(`${root} is not complete: run Appyard once as the user who owns it.`, err);
  }
  const { code, output } = await runCommand({}, [postgres, '--version']);
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
  if (code !== 0 || majorVersion === undefined) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL does not run on this machine (${reasonIn(output)}): ${USE_YOUR_OWN}.`,
    );
  }
  return { initdb, postgres, majorVersion };
};
