import type { Queryable } from './pool.ts';

/** Numbers are small: so many make a chunk. */
const CHUNK_IDS = 1_000;

/** A location of a product, with the installations of an account that have a place there, in their order. */
export interface LocationOrder {
  product: string;
  location: string;
  installationIds: number[];
}

/** An installation's own places: what its version says of the product it is installed in. An app may have none. */
const places = `join app_versions v on v.id = i.version_id cross join lateral (
    select distinct l ->> 'name' as location from jsonb_path_query(v.outline, '$.locations[*]') l
    where l ->> 'product' = i.product) place`;

/** The place's row, if somebody has ordered the location since the installation has been there. */
const order = `left join location_orders o on o.account_id = $1 and o.product = i.product
    and o.location = place.location and o.installation_id = i.id`;

/** Those that were never ordered come last, the oldest of them first. */
const inOrder = 'o.position nulls last, i.id';

type LocationPlace = Omit<LocationOrder, 'installationIds'>;

/** Every location in which an installation of the account has a place, active or not. */
export const listLocationPlaces = async (
  db: Queryable,
  accountId: number,
  product: string | null,
): Promise<LocationPlace[]> => {
  const { rows } = await db.query<LocationPlace>(
    `select distinct i.product, place.location from installations i ${places}
     where i.account_id = $1 and ($2::text is null or i.product = $2)`,
    [accountId, product],
  );
  return rows;
};

/** Installations of a location, {@link CHUNK_IDS} at a time, in their order. Two numbers say where a chunk begins. */
export const readLocationOrder = async function* (
  db: Queryable,
  accountId: number,
  { product, location }: LocationPlace,
): AsyncGenerator<number[], void, undefined> {
  for (let after: [number | null, number] = [0, 0]; ;) {
    const { rows }: { rows: { id: number; position: number | null }[] } = await db.query(
      `select i.id, o.position from installations i ${places} ${order}
       where i.account_id = $1 and i.product = $2 and place.location = $3
         and (case when $4::bigint is null then o.position is null and i.id > $5
              else o.position is null or (o.position, i.id) > ($4, $5) end)
       order by ${inOrder} limit ${CHUNK_IDS}`,
      [accountId, product, location, ...after],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(({ id }) => id);
    if (rows.length < CHUNK_IDS) return;
    after = [last.position, last.id];
  }
};

/** Two orders of the same account are written one after the other, each as a whole. */
export const lockLocationOrders = async (tx: Queryable, accountId: number): Promise<void> => {
  await tx.query('select 1 from accounts where id = $1 for no key update', [accountId]);
};

/**
 * The orders of the locations of one name, one for each product that has installations there. Nobody can remove these
 * installations until the end of the transaction. One that is being removed is not among them: it waits for nobody, so it
 * and a removal of several cannot wait for each other.
 */
export const holdLocationOrders = async (
  tx: Queryable,
  accountId: number,
  location: string,
): Promise<LocationOrder[]> => {
  const { rows } = await tx.query<LocationOrder>(
    `with held as (
       select id, product, version_id from installations where account_id = $1 for key share skip locked)
     select i.product, place.location, json_agg(i.id order by ${inOrder}) as "installationIds"
     from held i ${places} ${order} where place.location = $2 group by i.product, place.location`,
    [accountId, location],
  );
  return rows;
};

/** Gives the installations their places; they are held, and all that have one there. */
export const writeLocationOrder = async (
  tx: Queryable,
  accountId: number,
  { product, location, installationIds }: LocationOrder,
): Promise<void> => {
  await tx.query(
    `insert into location_orders (account_id, product, location, installation_id, position)
     select $1, $2, $3, id, place from unnest($4::bigint[]) with ordinality as named (id, place)
     on conflict (account_id, product, location, installation_id) do update set position = excluded.position`,
    [accountId, product, location, installationIds],
  );
};
