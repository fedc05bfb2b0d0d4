import { lifetimes } from '../domain/oauth/lifetimes.ts';
import { grantColumns, type Grant } from './oauth-grants.ts';
import type { Queryable } from './pool.ts';

export interface NewRefreshToken {
  sha256: Buffer;
  grantId: number;
  expiresAt: Date;
}

export interface RefreshToken {
  expired: boolean;
  /** It was exchanged, and the time in which that may happen again is over. */
  stale: boolean;
  grant: Grant;
}

export const insertRefreshToken = async (tx: Queryable, token: NewRefreshToken): Promise<void> => {
  await tx.query('insert into oauth_refresh_tokens (sha256, grant_id, expires_at) values ($1, $2, $3)', [
    token.sha256,
    token.grantId,
    token.expiresAt,
  ]);
};

/** Locks the token's login until the transaction ends: exchanges and a revocation take turns. */
export const lockRefreshToken = async (tx: Queryable, sha256: Buffer): Promise<RefreshToken | undefined> => {
  const { rows } = await tx.query<Grant & Omit<RefreshToken, 'grant'>>(
    `select ${grantColumns}, t.expires_at <= now() as expired,
       coalesce(t.rotated_at < now() - make_interval(secs => $2), false) as stale
     from oauth_refresh_tokens t join oauth_grants g on g.id = t.grant_id join users u on u.id = g.user_id
     where t.sha256 = $1 for update of g`,
    [sha256, lifetimes.refreshGrace],
  );
  if (!rows[0]) return undefined;
  const { expired, stale, ...grant } = rows[0];
  return { expired, stale, grant };
};

/** Its time runs from the first exchange. */
export const rotateRefreshToken = async (tx: Queryable, sha256: Buffer): Promise<void> => {
  await tx.query('update oauth_refresh_tokens set rotated_at = coalesce(rotated_at, now()) where sha256 = $1', [
    sha256,
  ]);
};

/** @returns how many expired that many days ago, `limit` at the most. */
export const deleteOldRefreshTokens = async (db: Queryable, days: number, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from oauth_refresh_tokens where sha256 in (
       select sha256 from oauth_refresh_tokens where expires_at < now() - make_interval(days => $1) limit $2)`,
    [days, limit],
  );
  return rowCount ?? 0;
};

/** Those that were exchanged stay until then: that is how a stolen one is noticed. */
export const deleteExpiredRefreshTokens = async (tx: Queryable, grantId: number): Promise<void> => {
  await tx.query('delete from oauth_refresh_tokens where grant_id = $1 and expires_at < now()', [grantId]);
};
