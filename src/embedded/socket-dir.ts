import { constants, lstat, mkdir, open, readlink, rm, symlink } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { SOCKET_FILE } from './layout.ts';
import type { Layout } from './layout.ts';
import type { RunAs } from './run-command.ts';

/** Is the short link there, and could nobody else have made it? In /tmp a stranger's link may lead to his own server. */
const isOurLink = async (layout: Layout): Promise<boolean> => {
  const link = await lstat(layout.socketDir).catch(() => undefined);
  if (!link?.isSymbolicLink() || (link.uid !== process.getuid?.() && link.uid !== 0)) return false;
  return (await readlink(layout.socketDir)) === layout.runDir;
};

/**
 * Makes the short way to the socket where one is needed.
 * @throws EmbeddedPostgresError when somebody else has taken its name
 */
export const ensureSocketLink = async (layout: Layout): Promise<void> => {
  if (layout.socketDir === layout.runDir || (await isOurLink(layout))) return;
  try {
    await rm(layout.socketDir, { force: true });
    await symlink(layout.runDir, layout.socketDir);
  } catch (err) {
    throw new EmbeddedPostgresError(`${layout.socketDir} is in the way: remove it, or choose a shorter DATA_DIR.`, err);
  }
};

/** Makes the socket's folder, closed to everybody but the user who runs the server (and root). */
export const prepareSocketDir = async (layout: Layout, as: RunAs): Promise<void> => {
  await mkdir(layout.runDir, { recursive: true });
  // As root in another user's DATA_DIR: hand him a folder of that name, never what a link of his points at.
  const dir = await open(layout.runDir, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await dir.chmod(0o700);
    if (as.owner !== undefined) await dir.chown(as.owner.uid, as.owner.gid);
  } finally {
    await dir.close();
  }
  await ensureSocketLink(layout);
};

/**
 * Does anybody listen on the socket? Only a clear no is a no: a listener that is too busy to take the connection (EAGAIN)
 * is one.
 */
export const isSocketServed = (layout: Layout): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = net.connect(path.join(layout.socketDir, SOCKET_FILE));
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', (err: NodeJS.ErrnoException) => {
      resolve(err.code !== 'ENOENT' && err.code !== 'ECONNREFUSED');
    });
  });
