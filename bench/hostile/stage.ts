import type { Pool } from 'pg';
import { readConfig } from '../../src/config.ts';
import { createPool } from '../../src/db/pool.ts';
import { createAccount } from '../../src/use-cases/create-account.ts';
import { createToken } from '../../src/use-cases/create-token.ts';
import { createUser } from '../../src/use-cases/create-user.ts';
import { freePort } from '../../test/support/redis-server.ts';
import type { Services } from '../support/services.ts';
import { openSystem, type System } from '../support/system.ts';

/** Somebody who sends requests. */
export interface Client {
  origin: string;
  token: string;
  authorization: string;
  fetch(route: string, init?: RequestInit): Promise<Response>;
}

/** A system with an attacker, who is the admin of one account, and a neighbour, who is that of another. */
export interface Stage {
  system: System;
  db: Pool;
  attacker: Client;
  neighbour: Client & { email: string; password: string };
  /** The longest time for which the API's event loop stood still since the last call, in milliseconds. */
  longestHold(): Promise<number>;
  close(): Promise<void>;
}

const NEIGHBOUR = { email: 'bea@second.example', password: 'correct horse battery' };

const clientOf = (origin: string, token: string, authorization: string): Client => ({
  origin,
  token,
  authorization,
  fetch: (route, init = {}) =>
    fetch(origin + route, {
      ...init,
      headers: { authorization, ...(init.headers as Record<string, string> | undefined) },
    }),
});

/** In milliseconds. What builds need is measured, also where the machine is slow. */
const BUILD_TIMEOUT_MS = '600000';

/** prom-client's, reset with each scrape. */
const HOLD = /^nodejs_eventloop_lag_max_seconds ([\d.e+-]+)/m;

export const openStage = async (services: Services): Promise<Stage> => {
  const metricsPort = await freePort();
  // The worker has a port of its own: none.
  const system = await openSystem(
    services,
    'redis',
    { METRICS_PORT: '', BUILD_TIMEOUT_MS },
    { METRICS_PORT: String(metricsPort) },
  );
  const db = createPool({ url: system.env['DATABASE_URL']!, max: 4, onError: () => undefined });
  await createAccount({ db }, 'second');
  await createUser({ db }, { subdomain: 'second', role: 'admin', ...NEIGHBOUR });
  const { token } = await createToken(
    { db, config: readConfig(system.env) },
    { email: NEIGHBOUR.email, label: 'bench', expiresAt: null },
  );
  return {
    system,
    db,
    attacker: clientOf(system.origin, system.token, system.authorization),
    neighbour: { ...clientOf(system.origin, token, `Bearer ${token}`), ...NEIGHBOUR },
    async longestHold() {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const seconds = HOLD.exec(text)?.[1];
      if (seconds === undefined) throw new Error('the metrics do not tell the delay of the event loop');
      return Number(seconds) * 1_000;
    },
    async close() {
      await db.end();
      await system.close();
    },
  };
};

/** Makes `count` more rows like the one with the id, by all columns but the id itself. */
export const cloneRow = async (
  db: Pool,
  table: string,
  { id, count }: { id: number; count: number },
): Promise<void> => {
  const { rows } = await db.query<{ names: string }>(
    `select string_agg(quote_ident(attname), ', ') as names from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> 'id' and attgenerated = ''`,
    [table],
  );
  const { names } = rows[0]!;
  await db.query(
    `insert into ${table} (${names}) select ${names} from ${table}, generate_series(1, $2::int) where id = $1`,
    [id, count],
  );
};
