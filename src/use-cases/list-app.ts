import { findCurrentState, lockListing, saveCategories, setListing, type Listing } from '../db/app-listings.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { withTransaction, type Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { differences, type Actor } from '../domain/audit.ts';
import { AppError, NotFoundError } from '../errors.ts';

export interface ListAppInput {
  id: number;
  actor: Actor;
  change: ListingChange;
  /** Whether an app of this door may be shown to others while its current version is in this state. */
  isReleased: (kind: string, state: string | null) => boolean;
}

/** What is undefined stays as it is. */
export interface ListingChange {
  visibility?: Listing['visibility'] | undefined;
  featured?: boolean | undefined;
  promoted?: boolean | undefined;
  obsolete?: boolean | undefined;
  /** Names, in the order in which they are shown. */
  categories?: string[] | undefined;
}

/**
 * How an app is listed: to whom it is shown, under which categories, with which marks. An operator's act: what a package
 * says of itself is only a wish.
 *
 * @returns how it is listed from then on.
 * @throws NotFoundError; AppError `not_released` for a draft that is to be shown to all.
 */
export const listApp = async (
  { db }: Pick<Deps, 'db'>,
  { id, actor, change, isReleased }: ListAppInput,
): Promise<Listing> =>
  withTransaction(db, async (tx) => {
    const app = await lockListing(tx, id);
    if (!app) throw new NotFoundError(`There is no app ${id}.`);
    const { accountId, kind, name, ...before } = app;
    if (change.visibility === 'public' && before.visibility !== 'public')
      await refuseDraft(tx, id, (state) => isReleased(kind, state));
    const after: Listing = {
      visibility: change.visibility ?? before.visibility,
      featured: change.featured ?? before.featured,
      promoted: change.promoted ?? before.promoted,
      obsolete: change.obsolete ?? before.obsolete,
      categories: change.categories ? await saveCategories(tx, change.categories) : before.categories,
    };
    const changed = differences(forAudit(before), forAudit(after));
    if (!changed) return before;
    await setListing(tx, id, after);
    const subject = { type: 'app', id, name } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'update', subject, ...changed });
    return after;
  });

const refuseDraft = async (tx: Queryable, id: number, isReleased: (state: string | null) => boolean): Promise<void> => {
  const state = await findCurrentState(tx, id);
  if (isReleased(state)) return;
  throw new AppError(
    'not_released',
    409,
    `The current version of app ${id} is ${state ?? 'in no state'}: it has to be released at its own door before it can be shown to all.`,
  );
};

const forAudit = ({ categories, ...rest }: Listing) => ({ ...rest, categories: categories.map(({ name }) => name) });
