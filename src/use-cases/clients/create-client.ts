import { randomBytes } from 'node:crypto';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { findClientById, insertClient, type ConfidentialClient } from '../../db/oauth-clients.ts';
import { holdLiveUser, type User } from '../../db/users.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/audit.ts';
import type { Scope } from '../../domain/oauth/scopes.ts';
import { isStorable } from '../../domain/storable-text.ts';
import { invalidField, UnauthenticatedError } from '../../errors.ts';
import { newToken, tokenDigest } from '../../secrets/tokens.ts';
import { refuseOverQuota, withQuotas } from '../quotas/with-quotas.ts';

export interface CreateClientInput {
  /** An admin, as whom its tokens act. */
  user: User;
  actor: Actor;
  name: string;
  /** What it calls itself; undefined: one is drawn. */
  identifier: string | undefined;
  scopes: Scope[];
}

/** A client with its secret, which is in no other place afterwards: only its digest is kept. */
export interface ClientWithSecret {
  client: ConfidentialClient;
  secret: string;
}

/** What a client may call itself. */
export const CLIENT_IDENTIFIER = /^[A-Za-z0-9][\w.-]{2,99}$/;
const LONGEST_NAME = 255;

/** Whether a client can be called so, for people. */
export const isClientName = (name: string): boolean =>
  name.trim() !== '' && name.length <= LONGEST_NAME && isStorable(name);

export const newClientSecret = (): string => newToken().replace('appyard_', 'appyard_client_');

/**
 * Makes a confidential client, for a program without a person.
 *
 * @throws InvalidRequestError, AppError `identifier_taken`, OwnRuleError `quota_exceeded`, UnauthenticatedError when the user
 *   was disabled just now
 */
export const createClient = (
  deps: Pick<Deps, 'db' | 'config'>,
  { user, actor, name, identifier = `client-${randomBytes(8).toString('hex')}`, scopes }: CreateClientInput,
): Promise<ClientWithSecret> => {
  if (!isClientName(name)) throw invalidField('name', `must be 1 to ${LONGEST_NAME} characters`);
  if (!CLIENT_IDENTIFIER.test(identifier))
    throw invalidField(
      'identifier',
      'must be 3 to 100 of the characters A-Z a-z 0-9 . _ -, the first a letter or a digit',
    );
  const { accountId, id: userId } = user;
  const secret = newClientSecret();
  return withQuotas(deps, accountId, async (tx, quotas) => {
    if (!(await holdLiveUser(tx, user))) throw new UnauthenticatedError('This user cannot sign in any more.');
    const row = { accountId, userId, identifier, name, scopes, sha256: tokenDigest(secret) };
    const id = await insertClient(tx, row);
    const subject = { type: 'client', id, name: identifier } as const;
    const after = { name, user: user.email, scopes: scopes.join(' ') };
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after });
    await refuseOverQuota(tx, quotas, { clients: 1 });
    return { client: (await findClientById(tx, accountId, id))!, secret };
  });
};
