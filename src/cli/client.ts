import type { Config } from '../config.ts';
import { findAccountBySubdomain } from '../db/accounts.ts';
import { findClientByIdentifier, listClients, type ConfidentialClient } from '../db/oauth-clients.ts';
import type { Queryable } from '../db/pool.ts';
import { findUserByEmail } from '../db/users.ts';
import { machineActor } from '../domain/audit.ts';
import type { Scope } from '../domain/oauth/scopes.ts';
import { createClient } from '../use-cases/clients/create-client.ts';
import { removeClient, replaceClientSecret } from '../use-cases/clients/end-client.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

const MOST_CLIENTS = 10_000;

export interface CreateClientOptions {
  user: string;
  name: string;
  identifier?: string;
  scope: Scope[];
}

/** Prints the identifier and the secret, each on a line of its own. */
export const createClientCommand = (
  config: Config,
  { user: email, name, identifier, scope }: CreateClientOptions,
): Promise<void> =>
  withDatabase(config, async (db) => {
    const user = await findUserByEmail(db, email);
    if (!user) throw new Error(`there is no user "${email}".`);
    if (user.role !== 'admin') throw new Error(`"${email}" is no admin: a client acts as an admin of its account.`);
    const input = { user, actor: machineActor, name, identifier, scopes: [...new Set(scope)] };
    const { client, secret } = await createClient({ db, config }, input);
    say(client.identifier);
    say(secret);
  });

export const listClientsCommand = (
  config: Config,
  { account, json = false }: { account: string; json?: boolean },
): Promise<void> =>
  withDatabase(config, async (db) => {
    const found = await findAccountBySubdomain(db, account);
    if (!found) throw new Error(`there is no account "${account}".`);
    const clients = await listClients(db, found.id, { limit: MOST_CLIENTS });
    if (json) return say(JSON.stringify(clients, null, 2));
    say(['id', 'identifier', 'name', 'user', 'scopes', 'created'].join('\t'));
    for (const { id, identifier, name, email, scopes, createdAt } of clients)
      say([id, identifier, name, email, scopes.join(' '), createdAt.toISOString().slice(0, 10)].join('\t'));
  });

const clientCalled = async (db: Queryable, identifier: string): Promise<ConfidentialClient> => {
  const client = await findClientByIdentifier(db, identifier);
  if (!client) throw new Error(`there is no client "${identifier}"; appyard client list shows those of an account.`);
  return client;
};

export const revokeClientCommand = (config: Config, identifier: string): Promise<void> =>
  withDatabase(config, async (db) => {
    const { accountId, id } = await clientCalled(db, identifier);
    await removeClient({ db }, { accountId, actor: machineActor, id });
    say(`Client ${identifier} is removed; its tokens stop working within 10 seconds.`);
  });

/** Prints the new secret alone. */
export const newClientSecretCommand = (config: Config, identifier: string): Promise<void> =>
  withDatabase(config, async (db) => {
    const { accountId, id } = await clientCalled(db, identifier);
    say((await replaceClientSecret({ db }, { accountId, actor: machineActor, id })).secret);
  });
