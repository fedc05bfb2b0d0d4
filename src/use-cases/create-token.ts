import { insertToken } from '../db/api-tokens.ts';
import { findUserByEmail } from '../db/users.ts';
import type { Deps } from '../deps.ts';
import { NotFoundError } from '../errors.ts';
import { newToken, tokenDigest, tokenPrefix } from '../secrets/tokens.ts';

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

/** @throws NotFoundError, AppError `token_taken` */
export const createToken = async (
  { db }: Pick<Deps, 'db'>,
  { email, label, expiresAt, token = newToken() }: CreateTokenInput,
): Promise<CreatedToken> => {
  const user = email === null ? null : await findUserByEmail(db, email);
  if (user === undefined) throw new NotFoundError(`There is no user "${email}".`);
  const id = await insertToken(db, {
    userId: user?.id ?? null,
    sha256: tokenDigest(token),
    prefix: tokenPrefix(token),
    label,
    expiresAt,
  });
  return { id, token };
};
