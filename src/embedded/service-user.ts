import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError, reasonIn, USE_YOUR_OWN } from './embedded-postgres-error.ts';
import type { Layout } from './layout.ts';
import { runCommand } from './run-command.ts';
import type { Owner, RunAs } from './run-command.ts';

interface Account extends Owner {
  name: string;
}

const ownerOf = async (file: string): Promise<Owner | undefined> => {
  try {
    const { uid, gid } = await stat(file);
    return { uid, gid };
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return undefined;
    throw err;
  }
};

const listAccounts = async (): Promise<Account[]> => {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  return lines
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && Number.isInteger(gid));
};

/** initdb looks its user up by number, so an owner without an entry in /etc/passwd will not do. */
const chooseAccount = async (layout: Layout): Promise<Account> => {
  const accounts = await listAccounts();
  const dataDirOwner = await ownerOf(layout.dataDir);
  const account =
    accounts.find(({ uid }) => uid !== 0 && uid === dataDirOwner?.uid) ??
    accounts.find(({ name }) => name === 'postgres') ??
    accounts.find(({ name }) => name === 'nobody');
  if (account !== undefined) return account;
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and there is no user "postgres" or "nobody": start as an ordinary user, or ${USE_YOUR_OWN}.`,
  );
};

/** Undefined when Postgres run that way can enter the data directory and start; else what stands against it. */
const obstacle = async (as: RunAs, layout: Layout, postgres: string): Promise<string | undefined> => {
  const script = 'cd "$1" && exec "$2" --version';
  const { code, output } = await runCommand(as, ['/bin/sh', '-c', script, 'sh', layout.dataDir, postgres]);
  return code === 0 ? undefined : reasonIn(output);
};

const forRoot = async (layout: Layout, postgres: string, clusterOwner: Owner | undefined): Promise<RunAs> => {
  // A cluster of root's was made in a user namespace, and only there can it be served again.
  const owner = clusterOwner ?? (await chooseAccount(layout));
  if (owner.uid !== 0) {
    const as = { owner: { uid: owner.uid, gid: owner.gid } };
    const closed = await obstacle(as, layout, postgres);
    if (closed === undefined) return as;
    if (clusterOwner !== undefined) {
      throw new EmbeddedPostgresError(
        `${layout.cluster} belongs to user ${owner.uid}, who cannot use it any more (${closed}): open the folders above it to that user.`,
      );
    }
  }
  // A folder in /root is closed to every other user. In a user namespace root looks like an ordinary user to Postgres
  // and still owns its files.
  const { name, uid, gid } = await chooseAccount(layout);
  const as = { prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'] };
  const off = await obstacle(as, layout, postgres);
  if (off === undefined) return as;
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root; user "${name}" cannot use ${layout.dataDir} or the folder of Appyard, and user namespaces ` +
      `are not available (${off}): move both out of root's folder, start as an ordinary user, or ${USE_YOUR_OWN}.`,
  );
};

/**
 * Who runs initdb and the server. We ourselves, unless we are root, as whom PostgreSQL refuses to run: then the owner
 * of the cluster or of DATA_DIR, else `postgres`, else `nobody`, else root itself in a user namespace.
 * @throws EmbeddedPostgresError when none of them can work
 */
export const chooseServiceUser = async (layout: Layout, postgres: string): Promise<RunAs> => {
  const clusterOwner = await ownerOf(path.join(layout.cluster, 'PG_VERSION'));
  const uid = process.getuid?.();
  if (uid === 0) return forRoot(layout, postgres, clusterOwner);
  if (clusterOwner === undefined || clusterOwner.uid === uid) return {};
  throw new EmbeddedPostgresError(
    `${layout.cluster} belongs to user ${clusterOwner.uid}: start as that user or as root.`,
  );
};
