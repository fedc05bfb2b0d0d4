import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { startTimeOf } from './process-info.ts';

const PREFIX = 'starting-';
const PATIENCE_MS = 60_000;

/** The other processes that are at it. Names that the dead left are removed: no living process can bear them again. */
const livingOthers = async (dataDir: string, mine: string): Promise<string[]> => {
  const living: string[] = [];
  for (const name of await readdir(dataDir)) {
    const [, pid, started] = /^starting-(\d+)-(\w+)-\w+$/.exec(name) ?? [];
    if (pid === undefined || name === mine) continue;
    if ((await startTimeOf(Number(pid))) === started) living.push(pid);
    else await rm(path.join(dataDir, name), { force: true });
  }
  return living;
};

/**
 * Lets one process at a time create and start the server of DATA_DIR; a crash ends its turn. Gives the function that
 * ends it.
 *
 * Everybody puts up a name of his own first and looks for others after that. Of two at the same moment at least one
 * sees the other, so never do two have it; who sees somebody takes his name down and comes back a little later.
 * (A single lock file would have to be taken from the dead, and two could do that at once.)
 * @throws EmbeddedPostgresError when somebody else has had it for a minute
 */
export const takeStartupTurn = async (dataDir: string): Promise<() => Promise<void>> => {
  const started = (await startTimeOf(process.pid)) ?? 'unknown';
  const mine = `${PREFIX}${process.pid}-${started}-${randomBytes(4).toString('hex')}`;
  const file = path.join(dataDir, mine);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    await writeFile(file, '');
    const others = await livingOthers(dataDir, mine);
    if (others.length === 0) return () => rm(file, { force: true });
    await rm(file, { force: true });
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `Another start (process ${others.join(', ')}) has been preparing ${dataDir} for over a minute: wait for it or end it.`,
      );
    }
    await sleep(50 + Math.random() * 150);
  }
};
