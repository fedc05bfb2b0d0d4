import { Client } from 'pg';

// The two-number form has a space of its own: it cannot meet the single-number locks of migrations or the sweep.
const LOCK = [0x61707079, 1];
const NAME = `appyard-start-${process.pid}`;
const TIMEOUT_MS = 5_000;

/** The claim of one `start` on its server. */
export interface StartLock {
  /** Tells whether the claim still stands: it ends with its connection, as when the server ended. */
  held(): boolean;
  release(): Promise<void>;
}

const connect = async (url: string): Promise<Client> => {
  const client = new Client({
    connectionString: url,
    application_name: NAME,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // The server going away ends the lock with it; unheard, the event would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
};

/**
 * Claims the server for one `start`, on a connection of its own, so that a crash frees it. Release it before stopping
 * the server. Gives undefined when another start has it: then go away without stopping anything.
 * @throws pg's error when the server cannot be reached
 */
export const holdStartLock = async (url: string): Promise<StartLock | undefined> => {
  const client = await connect(url);
  let connected = true;
  client.once('end', () => (connected = false));
  try {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', LOCK);
    if (rows[0]?.got === true) return { held: () => connected, release: () => client.end() };
  } catch (err) {
    await client.end();
    throw err;
  }
  await client.end();
  return undefined;
};

/**
 * Does a start of another process hold the server?
 * @throws pg's error when the server cannot be reached
 */
export const isHeldByAnotherStart = async (url: string): Promise<boolean> => {
  const client = await connect(url);
  try {
    const { rowCount } = await client.query(
      `select from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and classid = $1 and objid = $2 and objsubid = 2 and granted and application_name <> $3`,
      [...LOCK, NAME],
    );
    return rowCount !== null && rowCount > 0;
  } finally {
    await client.end();
  }
};
