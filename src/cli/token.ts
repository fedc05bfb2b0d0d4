import type { Config } from '../config.ts';
import { listTokens, type ApiToken } from '../db/api-tokens.ts';
import { createToken } from '../use-cases/create-token.ts';
import { revokeToken, type RevocationResult } from '../use-cases/revoke-token.ts';
import { expiryOf } from './expiry.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

const MOST_TOKENS = 10_000;

export interface CreateTokenOptions {
  user: string;
  label: string;
  expires?: string;
}

/** Prints the token alone, so that a script can take it as it comes. */
export const createTokenCommand = (config: Config, { user, label, expires }: CreateTokenOptions): Promise<void> =>
  withDatabase(config, async (db) => {
    const { token } = await createToken({ db, config }, { email: user, label, expiresAt: expiryOf(expires) });
    say(token);
  });

export const listTokensCommand = (config: Config, { json = false }: { json?: boolean }): Promise<void> =>
  withDatabase(config, async (db) => {
    const tokens = await listTokens(db, MOST_TOKENS);
    if (json) return say(JSON.stringify(tokens, null, 2));
    say(['id', 'prefix', 'user', 'label', 'created', 'state'].join('\t'));
    for (const token of tokens) say(rowOf(token));
  });

const rowOf = (token: ApiToken): string =>
  [
    token.id,
    `${token.prefix}…`,
    token.email ?? '(operator)',
    token.label,
    token.createdAt.toISOString().slice(0, 10),
    stateOf(token),
  ].join('\t');

const stateOf = ({ revokedAt, expiresAt }: ApiToken): string => {
  if (revokedAt) return `revoked ${revokedAt.toISOString().slice(0, 10)}`;
  if (!expiresAt) return 'valid';
  return `${expiresAt < new Date() ? 'expired' : 'valid until'} ${expiresAt.toISOString().slice(0, 10)}`;
};

export const revokeTokenCommand = (config: Config, id: string): Promise<void> =>
  withDatabase(config, async (db) => {
    const revoked = /^[1-9]\d{0,14}$/.test(id) ? await revokeToken({ db }, Number(id)) : undefined;
    if (!revoked) throw new Error(`there is no token "${id}"; appyard token list shows the ids.`);
    say(`Token ${id} is revoked${logins(revoked)}; it stops working within 10 seconds.`);
  });

const logins = ({ ofLogin, madeWith }: RevocationResult): string => {
  if (ofLogin) return ', and so is the login it is of';
  return madeWith === 0 ? '' : `, and ${madeWith === 1 ? 'the login' : `the ${madeWith} logins`} made with it ended`;
};
