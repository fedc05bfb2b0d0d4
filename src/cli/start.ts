import { startHousekeeping } from '../../workers/housekeeping.ts';
import { startWorker } from '../../workers/start.ts';
import { startSweep } from '../../workers/sweep.ts';
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import { startServer, type TlsMaterial } from '../http/server.ts';
import { bootstrapAccount, chooseCredentials } from '../use-cases/bootstrap-account.ts';
import { checkKeyMarks } from '../use-cases/check-marks.ts';
import { localUrl } from './addresses.ts';
import {
  readCredentialsFile,
  readOrMakeKeyFile,
  removeCredentialsFile,
  writeCredentialsFile,
  type SavedCredentials,
} from './data-files.ts';
import { apiPlace, listenOn } from './explain-listen.ts';
import { migrateDatabase } from './migrate.ts';
import { openDeps } from './open-deps.ts';
import { openOps } from './open-ops.ts';
import { openTls } from './open-tls.ts';
import { say } from './output.ts';
import { pushExample } from './push-example.ts';
import { runProcess } from './run-process.ts';
import { startPostgres } from './start-postgres.ts';
import { waitForDatabase } from './wait-for-database.ts';
import { watchBlobMark } from './watch-blob-mark.ts';
import { withDatabase } from './with-database.ts';
import { WORKER_CLOSE_MS } from './worker.ts';
import { zcliLines } from './zcli-lines.ts';
import { errorText } from '../error-text.ts';

const SERVER_CLOSE_MS = 5_000;

/** Everything in one process, for one machine. The first start ends with an app installed. */
export const start = (config: Config): Promise<void> =>
  runProcess(config, async (log, releases, fail) => {
    if (config.databaseUrl === undefined) await startPostgres(config, { log, releases, fail });
    // Not before the lock: two that start at once would make one each.
    const tls = await openTls(config);
    if (config.secretsKeys.length === 0) await readOrMakeKeyFile(config.dataDir);
    await withDatabase(
      config,
      async (db) => {
        await waitForDatabase(config, { db, log });
        await migrateDatabase(db, config);
        await makeFirstAccount(config, db);
      },
      'direct',
    );
    const { deps, backend } = await openDeps(config, log, releases, 'start');
    await checkKeyMarks(deps);
    const blobMark = await watchBlobMark(deps, { releases, fail, writes: true });
    const ops = await openOps(deps, 'start', releases, blobMark);
    const worker = startWorker(deps, backend, config.workerConcurrency);
    releases.add('the worker', () => worker.close(), WORKER_CLOSE_MS);
    ops.watch(() => worker.problems());
    const sweep = startSweep(deps);
    releases.add('the sweep', () => sweep.close());
    const housekeeping = startHousekeeping(deps, backend);
    releases.add('the housekeeping', () => housekeeping.close());
    const server = await listenOn(apiPlace(config), () =>
      startServer(deps, { port: config.port, host: config.host, tls }),
    );
    releases.add('the server', () => server.close(), SERVER_CLOSE_MS);
    await welcome(config, tls);
  });

/** The file comes first: a crash between the two leaves an account nobody could sign in to otherwise. */
const makeFirstAccount = async (config: Config, db: Pool): Promise<void> => {
  const saved = await readCredentialsFile(config.dataDir);
  const first = saved ?? { ...chooseCredentials(config.bootstrap), welcomed: false };
  if (!saved) await writeCredentialsFile(config.dataDir, first);
  const made = await bootstrapAccount({ db }, first);
  // The database has its accounts already, made by other means: these credentials are nobody's.
  if (!made && !saved) await removeCredentialsFile(config.dataDir);
};

/** Says how to sign in, and on the first start shows the main job done. */
const welcome = async (config: Config, tls: TlsMaterial | undefined): Promise<void> => {
  say(`Appyard is running at ${config.publicUrl}`);
  const saved = await readCredentialsFile(config.dataDir);
  if (saved) sayCredentials(saved, config);
  if (tls) sayHowToUseZcli(zcliLines(config, { certificate: tls.cert, credentials: saved }));
  if (saved && !saved.welcomed) await greet(config, saved, tls);
  say('Press Ctrl-C to stop.');
};

const sayCredentials = ({ account, email, password, token }: SavedCredentials, { dataDir }: Config): void => {
  say(`  account    ${account}`);
  say(`  e-mail     ${email}`);
  say(`  password   ${password}`);
  say(`  API token  ${token}`);
  say(`  (kept in ${dataDir}/credentials.json)`);
};

const sayHowToUseZcli = (lines: string[]): void => {
  if (lines.length === 0) return;
  say("To use the vendor's command-line tool (zcli) with it, in another shell:");
  for (const line of lines) say(`  ${line}`);
};

const greet = async (config: Config, saved: SavedCredentials, tls: TlsMaterial | undefined): Promise<void> => {
  say('Pushing examples/hello-world:');
  try {
    const target = { baseUrl: localUrl(config), token: saved.token, certificate: tls?.cert };
    const page = await pushExample(target, 'hello-world');
    await writeCredentialsFile(config.dataDir, { ...saved, welcomed: true });
    say(`It is installed. Its page: ${page}`);
  } catch (err) {
    say(`It could not be installed: ${errorText(err)}`);
  }
};
