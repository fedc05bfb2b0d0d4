import pg from 'pg';

/** Every row of a database as of one moment, and where its sequences stand. */
export interface DatabaseCopy {
  tables: { table: string; rows: string[] }[];
  sequences: { sequence: string; last: string }[];
}

const TABLES = `select format('%I.%I', schemaname, tablename) as table from pg_tables
  where schemaname in ('public', 'bullmq')`;
const SEQUENCES = `select format('%I.%I', schemaname, sequencename) as sequence, last_value::text as last
  from pg_sequences where last_value is not null`;

/**
 * Stands in for `pg_dump`, which must be as new as its server: what systems bring is older than the embedded one. In one
 * snapshot as well, while others write.
 */
export const copyDatabase = (url: string): Promise<DatabaseCopy> =>
  withClient(url, 'begin isolation level repeatable read read only', async (client) => {
    const { rows: names } = await client.query<{ table: string }>(TABLES);
    const tables: DatabaseCopy['tables'] = [];
    for (const { table } of names) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${table} t`);
      tables.push({ table, rows: rows.map(({ row }) => row) });
    }
    const { rows: sequences } = await client.query<DatabaseCopy['sequences'][number]>(SEQUENCES);
    return { tables, sequences };
  });

/** Stands in for `pg_restore`, on a database that has the tables. What is in them goes first. */
export const restoreDatabase = (url: string, { tables, sequences }: DatabaseCopy): Promise<void> =>
  withClient(url, 'begin', async (client) => {
    // No trigger fires and no reference is checked, whatever the order of the tables.
    await client.query('set local session_replication_role = replica');
    await client.query(`truncate ${tables.map(({ table }) => table).join(', ')}`);
    for (const { table, rows } of tables)
      await client.query(
        `insert into ${table} overriding system value select (row::${table}).* from unnest($1::text[]) as row`,
        [rows],
      );
    for (const { sequence, last } of sequences) await client.query('select setval($1, $2)', [sequence, last]);
  });

const withClient = async <T>(url: string, begin: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } finally {
    await client.end();
  }
};
