import type { Queryable } from './pool.ts';

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

/** Every location in which an installation of the account has a place, active or not. */
export const listLocationOrders = async (
  db: Queryable,
  accountId: number,
  product: string | null,
): Promise<LocationOrder[]> => {
  const { rows } = await db.query<LocationOrder>(
    `select i.product, place.location, json_agg(i.id order by ${inOrder}) as "installationIds"
     from installations i ${places} ${order} where i.account_id = $1 and ($2::text is null or i.product = $2)
     group by i.product, place.location order by i.product, place.location`,
    [accountId, product],
  );
  return rows;
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
