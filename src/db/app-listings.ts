import type { App, Category } from './apps.ts';
import type { Queryable } from './pool.ts';

/** What an operator says of an app. It concerns all accounts, so these functions ask for none. */
export type Listing = Pick<App, 'visibility' | 'featured' | 'promoted' | 'obsolete' | 'categories'>;

export interface ListedApp extends Listing {
  accountId: number;
  kind: string;
  name: string;
}

/** Holds an app's listing until the end of the transaction. */
export const lockListing = async (tx: Queryable, id: number): Promise<ListedApp | undefined> => {
  const { rows } = await tx.query<ListedApp>(
    `select account_id as "accountId", kind, name, visibility, featured, promoted, obsolete, categories
     from apps where id = $1 for no key update`,
    [id],
  );
  return rows[0];
};

/** Where the app's current version is in its door's life of a version. A statement of its own: after a lock it sees what is. */
export const findCurrentState = async (tx: Queryable, id: number): Promise<string | null> => {
  const { rows } = await tx.query<{ state: string | null }>(
    'select v.state from apps a join app_versions v on v.id = a.version_id where a.id = $1',
    [id],
  );
  return rows[0]?.state ?? null;
};

export const setListing = async (tx: Queryable, id: number, listing: Listing): Promise<void> => {
  await tx.query(
    `update apps set visibility = $2, featured = $3, promoted = $4, obsolete = $5, categories = $6, updated_at = now()
     where id = $1`,
    [id, listing.visibility, listing.featured, listing.promoted, listing.obsolete, JSON.stringify(listing.categories)],
  );
};

/**
 * The categories of these names, in their order; those that are new are made. Upper and lower case are the same, and
 * the first spelling stays.
 */
export const saveCategories = async (tx: Queryable, names: string[]): Promise<Category[]> => {
  if (names.length === 0) return [];
  await tx.query(
    `insert into app_categories (name) select n from unnest($1::text[]) n
     where not exists (select 1 from app_categories c where lower(c.name) = lower(n)) on conflict do nothing`,
    [names],
  );
  const { rows } = await tx.query<Category>(
    `select c.id, c.name from unnest($1::text[]) with ordinality as wanted (name, position)
     join app_categories c on lower(c.name) = lower(wanted.name)
     group by c.id, c.name order by min(wanted.position)`,
    [names],
  );
  return rows;
};
