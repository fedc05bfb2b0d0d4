import { deleteOldTokensOfGrants } from '../../db/api-tokens.ts';
import { deleteOldCodes } from '../../db/oauth-codes.ts';
import { deleteEndedGrants } from '../../db/oauth-grants.ts';
import { deleteOldRefreshTokens } from '../../db/oauth-refresh-tokens.ts';
import type { Deps } from '../../deps.ts';

/** So long the list of tokens and a question about a login find them. */
const KEPT_DAYS = 30;
/** In one statement: a refresh that waits for one of its rows waits for these. */
const BATCH = 500;

const deletions = [deleteEndedGrants, deleteOldRefreshTokens, deleteOldTokensOfGrants];

/** Removes what ended or expired more than 30 days ago: logins with all they were given, and old tokens of those that go on. */
export const removeEndedLogins = async ({ db }: Pick<Deps, 'db'>, batch = BATCH): Promise<void> => {
  await deleteOldCodes(db);
  for (const deleteSome of deletions) while ((await deleteSome(db, KEPT_DAYS, batch)) === batch);
};
