import { deleteRating, upsertRating } from '../db/app-ratings.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { NotFoundError } from '../errors.ts';

export interface RateAppInput {
  accountId: number;
  userId: number;
  actor: Actor;
  id: number;
  /** 1 to 5; null takes the rating back. */
  stars: number | null;
}

/**
 * What a user thinks of an app that its account can see: one rating a user and app, whichever door the app came through.
 * The entry in the audit log is in the user's account.
 *
 * @throws NotFoundError
 */
export const rateApp = async (
  { db }: Pick<Deps, 'db'>,
  { accountId, userId, actor, id, stars }: RateAppInput,
): Promise<void> => {
  await withTransaction(db, async (tx) => {
    const ref = { accountId, id, kind: null };
    const rated = stars === null ? await deleteRating(tx, ref, userId) : await upsertRating(tx, ref, { userId, stars });
    if (!rated) throw new NotFoundError(`There is no app ${id} that this account can see.`);
    if (rated.before === stars) return;
    await insertAuditEntry(tx, {
      accountId,
      actor,
      action: 'update',
      subject: { type: 'app', id, name: rated.name },
      before: { stars: rated.before },
      after: { stars },
    });
  });
};
