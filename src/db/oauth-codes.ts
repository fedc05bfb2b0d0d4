import { grantColumns, type Grant } from './oauth-grants.ts';
import type { Queryable } from './pool.ts';

export interface NewCode {
  sha256: Buffer;
  grantId: number;
  redirectUri: string;
  codeChallenge: string;
  expiresAt: Date;
}

export interface Code {
  redirectUri: string;
  codeChallenge: string;
  expired: boolean;
  used: boolean;
  grant: Grant;
}

export const insertCode = async (db: Queryable, code: NewCode): Promise<void> => {
  await db.query(
    `insert into oauth_codes (sha256, grant_id, redirect_uri, code_challenge, expires_at) values ($1, $2, $3, $4, $5)`,
    [code.sha256, code.grantId, code.redirectUri, code.codeChallenge, code.expiresAt],
  );
};

/**
 * Locks the code's login until the transaction ends: exchanges and a revocation take turns. What is told of the code
 * itself may be from before that turn; {@link useCode} decides.
 */
export const lockCode = async (tx: Queryable, sha256: Buffer): Promise<Code | undefined> => {
  const { rows } = await tx.query<Grant & Omit<Code, 'grant'>>(
    `select ${grantColumns}, c.redirect_uri as "redirectUri", c.code_challenge as "codeChallenge",
       c.expires_at <= now() as expired, c.used_at is not null as used
     from oauth_codes c join oauth_grants g on g.id = c.grant_id join users u on u.id = g.user_id
     where c.sha256 = $1 for update of g`,
    [sha256],
  );
  if (!rows[0]) return undefined;
  const { redirectUri, codeChallenge, expired, used, ...grant } = rows[0];
  return { redirectUri, codeChallenge, expired, used, grant };
};

/** True for one caller only, however many come at once. */
export const useCode = async (tx: Queryable, sha256: Buffer): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'update oauth_codes set used_at = now() where sha256 = $1 and used_at is null and expires_at > now()',
    [sha256],
  );
  return rowCount === 1;
};

/** They are good for minutes; for a day it can be seen that one comes a second time. */
export const deleteOldCodes = async (db: Queryable): Promise<number> => {
  const { rowCount } = await db.query(`delete from oauth_codes where expires_at < now() - interval '1 day'`);
  return rowCount ?? 0;
};
