import { deleteOldTokensOfGrants } from '../../db/api-tokens.ts';
import { deleteOldCodes } from '../../db/oauth-codes.ts';
import { deleteEndedGrants } from '../../db/oauth-grants.ts';
import { deleteOldRefreshTokens } from '../../db/oauth-refresh-tokens.ts';
import type { Deps } from '../../deps.ts';
import { BATCH, inBatches, type CollectLimits } from './in-batches.ts';

/** So long the list of tokens and a question about a login find them. */
const KEPT_DAYS = 30;

const deletions = [deleteEndedGrants, deleteOldRefreshTokens, deleteOldTokensOfGrants];

/**
 * Removes what ended or expired more than 30 days ago: logins with all they were given, and old tokens of those that go on.
 *
 * @returns how many rows it deleted, those that went along not counted.
 */
export const removeEndedLogins = async (
  { db }: Pick<Deps, 'db'>,
  limits: CollectLimits,
  batch = BATCH,
): Promise<number> => {
  let deleted = await deleteOldCodes(db);
  for (const deleteSome of deletions)
    deleted += await inBatches((limit) => deleteSome(db, KEPT_DAYS, limit), limits, batch);
  return deleted;
};
