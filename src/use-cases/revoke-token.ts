import { revokeDerivedTokens, revokeToken as revokeRow, type RevokedToken } from '../db/api-tokens.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { findGrantOfTokenId, listGrantsMadeWith } from '../db/oauth-grants.ts';
import { withTransaction, type Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { machineActor as actor } from '../domain/audit.ts';
import { endLoginWithin } from './oauth/end-login.ts';

/** What ended besides the token. */
export interface RevocationResult {
  /** The login whose access token it is. */
  ofLogin: boolean;
  /** How many logins that were made with it. */
  madeWith: number;
}

/**
 * For the machine's own operator. An access token of a login takes its login with it, or the client's next refresh would
 * replace it; the token that somebody signed in with takes the logins that were made so. Tokens of an hour that were given
 * for it end too.
 *
 * @returns undefined when there is no such token; revoking one twice is fine.
 */
export const revokeToken = ({ db }: Pick<Deps, 'db'>, id: number): Promise<RevocationResult | undefined> =>
  withTransaction(db, async (tx) => {
    // The login first, then its token: a refresh takes them in this order.
    const own = await findGrantOfTokenId(tx, id);
    if (own) await endLoginWithin(tx, own, { actor });
    const token = await revokeRow(tx, id);
    if (!token) return undefined;
    // The end of a login is in the log; its tokens are not.
    if (!own) await record(tx, id, token);
    const derived = await revokeDerivedTokens(tx, id);
    const made = await listGrantsMadeWith(tx, [id, ...derived]);
    for (const grant of made) await endLoginWithin(tx, grant, { actor, reason: 'its API token was revoked' });
    return { ofLogin: own !== undefined, madeWith: made.length };
  });

/** An operator's token belongs to no account, and so to no account's log. */
const record = async (
  tx: Queryable,
  id: number,
  { accountId, email, prefix, label, justNow }: RevokedToken,
): Promise<void> => {
  if (accountId === null || !justNow) return;
  const subject = { type: 'token', id, name: `${prefix}…` } as const;
  await insertAuditEntry(tx, { accountId, actor, action: 'destroy', subject, before: { user: email, label } });
};
