import { reachableOne, valuesOf, type AppRef } from './apps.ts';
import type { Queryable } from './pool.ts';

/** What a user thought of an app before; null: nothing. */
export interface RatedApp {
  name: string;
  before: number | null;
}

/**
 * Puts a user's rating in place of the one before. The app stays while it is rated.
 *
 * @returns undefined when the account can see no such app.
 */
export const upsertRating = async (
  tx: Queryable,
  ref: AppRef,
  { userId, stars }: { userId: number; stars: number },
): Promise<RatedApp | undefined> => {
  const { rows } = await tx.query<RatedApp>(
    `with app as (select a.id, a.name from apps a where ${reachableOne} for key share of a),
       old as (select s.stars from app_ratings s where s.app_id = $2 and s.user_id = $4)
     insert into app_ratings (app_id, user_id, account_id, stars) select app.id, $4, $1, $5 from app
     on conflict (app_id, user_id) do update set stars = excluded.stars, updated_at = now()
     returning (select app.name from app) as name, (select old.stars from old) as before`,
    [...valuesOf(ref), userId, stars],
  );
  return rows[0];
};

/** Takes a user's rating back. Undefined when the account can see no such app. */
export const deleteRating = async (tx: Queryable, ref: AppRef, userId: number): Promise<RatedApp | undefined> => {
  const { rows } = await tx.query<RatedApp>(
    `with app as (select a.id, a.name from apps a where ${reachableOne}),
       old as (delete from app_ratings s using app where s.app_id = app.id and s.user_id = $4 returning s.stars)
     select app.name, (select old.stars from old) as before from app`,
    [...valuesOf(ref), userId],
  );
  return rows[0];
};
