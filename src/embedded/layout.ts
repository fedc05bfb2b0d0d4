import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';

/** The server listens on no port; the number is only part of the socket's file name. */
export const SOCKET_PORT = 5432;
/** Name of the socket in its directory; Postgres puts a `.lock` beside it. */
export const SOCKET_FILE = `.s.PGSQL.${SOCKET_PORT}`;

// sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero byte among them.
const LONGEST_SOCKET_PATH = 103;

/** Where everything of one embedded server is. */
export interface Layout {
  dataDir: string;
  /** PostgreSQL's own data directory; its real path, because the server's command line names it. */
  cluster: string;
  /** Holds the socket; closed to everybody but the server's user and root. */
  runDir: string;
  /** The way to the socket: `runDir`, or a short link to it where that path is too long for a socket. */
  socketDir: string;
  /** What the server prints. */
  logFile: string;
}

/** Takes DATA_DIR; gives the paths below it without looking at the disk. */
export const layoutOf = (dataDir: string): Layout => {
  const home = path.resolve(dataDir);
  const cluster = path.join(home, 'postgres');
  const runDir = path.join(home, 'run');
  const tooLong = Buffer.byteLength(path.join(runDir, SOCKET_FILE)) > LONGEST_SOCKET_PATH;
  // Not os.tmpdir(): that follows TMPDIR, which the other processes that look for this server may not share.
  const link = `/tmp/appyard-${createHash('sha256').update(runDir).digest('hex').slice(0, 16)}`;
  return {
    dataDir: home,
    cluster,
    runDir,
    socketDir: tooLong ? link : runDir,
    logFile: path.join(cluster, 'server.log'),
  };
};

/** As `layoutOf`, with the real path of the cluster. @throws the system's error when DATA_DIR does not exist */
export const realLayoutOf = async (dataDir: string): Promise<Layout> => {
  const { cluster, logFile } = layoutOf(await realpath(dataDir));
  return { ...layoutOf(dataDir), cluster, logFile };
};
