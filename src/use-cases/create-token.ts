import { insertAuditEntry } from '../db/audit-entries.ts';
import { insertToken } from '../db/api-tokens.ts';
import type { Queryable } from '../db/pool.ts';
import { findUserByEmail, holdLiveUser, type User } from '../db/users.ts';
import type { Deps } from '../deps.ts';
import { machineActor } from '../domain/audit.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import { newToken, tokenDigest, tokenPrefix } from '../secrets/tokens.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';

export interface CreateTokenInput {
  /** Whose it is; null: an operator's. */
  email: string | null;
  label: string;
  expiresAt: Date | null;
  /** One that somebody chose; otherwise 256 random bits. */
  token?: string | undefined;
}

/** The token itself is in no other place afterwards: only its digest is kept. */
export interface CreatedToken {
  id: number;
  token: string;
}

/** @throws NotFoundError, InvalidRequestError, AppError `token_taken`, OwnRuleError `quota_exceeded` */
export const createToken = async (
  deps: Pick<Deps, 'db' | 'config'>,
  { email, label, expiresAt, token = newToken() }: CreateTokenInput,
): Promise<CreatedToken> => {
  const user = email === null ? null : await findUserByEmail(deps.db, email);
  if (user === undefined) throw new NotFoundError(`There is no user "${email!}".`);
  const prefix = tokenPrefix(token);
  const row = { userId: user?.id ?? null, sha256: tokenDigest(token), prefix, label, expiresAt };
  // An operator's belongs to no account, and so to no account's log or quotas.
  if (!user) return { id: await insertToken(deps.db, row), token };
  const id = await withQuotas(deps, user.accountId, async (tx, quotas) => {
    if (!(await holdLiveUser(tx, user)))
      throw new InvalidRequestError(`The user "${user.email}" is disabled, or the account is suspended.`);
    const inserted = await insertToken(tx, row);
    await record(tx, user, { id: inserted, prefix, label, expiresAt });
    await refuseOverQuota(tx, quotas, { tokens: 1 });
    return inserted;
  });
  return { id, token };
};

const record = async (
  tx: Queryable,
  { accountId, email }: User,
  { id, prefix, label, expiresAt }: { id: number; prefix: string; label: string; expiresAt: Date | null },
): Promise<void> => {
  const subject = { type: 'token', id, name: `${prefix}…` } as const;
  const after = { user: email, label, expiresAt };
  await insertAuditEntry(tx, { accountId, actor: machineActor, action: 'create', subject, after });
};
