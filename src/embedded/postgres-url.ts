import { layoutOf, realLayoutOf, SOCKET_PORT } from './layout.ts';
import { readServer, type Server } from './pid-file.ts';

/**
 * Takes DATA_DIR; gives the URL of the server that `startEmbeddedPostgres` runs there, whether it runs or not.
 * Port and sslmode are spelled out because `pg` would otherwise take them from PGPORT and PGSSLMODE.
 */
export const embeddedPostgresUrl = (dataDir: string): string => {
  const host = encodeURIComponent(layoutOf(dataDir).socketDir);
  return `postgresql:///postgres?host=${host}&port=${SOCKET_PORT}&user=appyard&sslmode=disable`;
};

/**
 * Gives the state of the server of ours that lives on DATA_DIR; undefined when there is none.
 * @throws EmbeddedPostgresError when the folder belongs to another user
 */
export const embeddedPostgresStatus = async (dataDir: string): Promise<Server['status'] | undefined> => {
  const layout = await realLayoutOf(dataDir).catch(() => undefined);
  return layout && (await readServer(layout.cluster))?.status;
};

/**
 * Does a server of ours live on DATA_DIR? It may still be starting, or be left over from a start that was killed.
 * @throws EmbeddedPostgresError as {@link embeddedPostgresStatus}
 */
export const isEmbeddedPostgresRunning = async (dataDir: string): Promise<boolean> =>
  (await embeddedPostgresStatus(dataDir)) !== undefined;
