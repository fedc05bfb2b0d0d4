import { holdLiveToken, insertToken } from '../db/api-tokens.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { holdLiveUser, type User } from '../db/users.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { UnauthenticatedError } from '../errors.ts';
import { tokenDigest, tokenPrefix } from '../secrets/tokens.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';

interface DerivedTokenInput {
  user: User;
  actor: Actor;
  /** The API token that it is given for. */
  parentId: number;
  token: string;
  label: string;
  /** It expires earlier when the API token does. */
  expiresAt: Date;
}

/**
 * Stores a token that was given for an API token: it ends with that one, and not later.
 *
 * @returns when it expires.
 * @throws UnauthenticatedError when the API token is not valid any more, whatever the caller saw a moment ago; OwnRuleError
 *   `quota_exceeded`
 */
export const createDerivedToken = (
  deps: Pick<Deps, 'db' | 'config'>,
  { user, actor, parentId, token, label, expiresAt: wanted }: DerivedTokenInput,
): Promise<Date> =>
  withQuotas(deps, user.accountId, async (tx, quotas) => {
    const parent = await holdLiveToken(tx, parentId);
    if (!parent || !(await holdLiveUser(tx, user))) throw new UnauthenticatedError('This API token is no longer good.');
    const expiresAt = parent.expiresAt && parent.expiresAt < wanted ? parent.expiresAt : wanted;
    const prefix = tokenPrefix(token);
    const id = await insertToken(tx, {
      userId: user.id,
      sha256: tokenDigest(token),
      prefix,
      label,
      expiresAt,
      parentId,
    });
    const subject = { type: 'token', id, name: `${prefix}…` } as const;
    const after = { user: user.email, label, expiresAt };
    await insertAuditEntry(tx, { accountId: user.accountId, actor, action: 'create', subject, after });
    await refuseOverQuota(tx, quotas, { sessions: 1 });
    return expiresAt;
  });
