import type { Scope } from '../domain/oauth/scopes.ts';
import { AppError } from '../errors.ts';
import { isUniqueViolation } from './errors.ts';
import type { Queryable } from './pool.ts';

/** A confidential client of an account, fit to be shown. */
export interface ConfidentialClient {
  id: number;
  accountId: number;
  /** The admin as whom its tokens act. */
  userId: number;
  email: string;
  identifier: string;
  name: string;
  scopes: Scope[];
  createdAt: Date;
  updatedAt: Date;
}

export interface NewConfidentialClient extends Pick<
  ConfidentialClient,
  'accountId' | 'userId' | 'identifier' | 'name' | 'scopes'
> {
  sha256: Buffer;
}

const columns = `c.id, c.account_id as "accountId", c.user_id as "userId", u.email, c.identifier, c.name, c.scopes,
  c.created_at as "createdAt", c.updated_at as "updatedAt"`;

/** @throws AppError `identifier_taken`: an identifier belongs to one client of the whole system. */
export const insertClient = async (tx: Queryable, client: NewConfidentialClient): Promise<number> => {
  try {
    const { rows } = await tx.query<{ id: number }>(
      `insert into oauth_clients (account_id, user_id, identifier, name, sha256, scopes)
       values ($1, $2, $3, $4, $5, $6) returning id`,
      [client.accountId, client.userId, client.identifier, client.name, client.sha256, client.scopes],
    );
    return rows[0]!.id;
  } catch (err) {
    if (isUniqueViolation(err, 'oauth_clients_identifier_key'))
      throw new AppError('identifier_taken', 422, `identifier: "${client.identifier}" is taken; choose another one.`, {
        details: { identifier: ['is taken'] },
      });
    throw err;
  }
};

/** A part of the list, in the order of the ids. A client has some kB at most. */
interface ClientPage {
  limit: number;
  /** Only clients beyond this one, in the direction of reading. */
  beyond?: number | undefined;
  newestFirst?: boolean;
  offset?: number;
}

/** Lists clients of an account. */
export const listClients = async (
  db: Queryable,
  accountId: number,
  { limit, beyond, newestFirst = true, offset = 0 }: ClientPage,
): Promise<ConfidentialClient[]> => {
  const { rows } = await db.query<ConfidentialClient>(
    `select ${columns} from oauth_clients c join users u on u.id = c.user_id
     where c.account_id = $1 and ($2::bigint is null or c.id ${newestFirst ? '<' : '>'} $2)
     order by c.id ${newestFirst ? 'desc' : 'asc'} limit $3 offset $4`,
    [accountId, beyond ?? null, limit, offset],
  );
  return rows;
};

export const countClients = async (db: Queryable, accountId: number): Promise<number> => {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from oauth_clients where account_id = $1',
    [accountId],
  );
  return rows[0]!.count;
};

export const findClientById = async (
  db: Queryable,
  accountId: number,
  id: number,
): Promise<ConfidentialClient | undefined> => {
  const { rows } = await db.query<ConfidentialClient>(
    `select ${columns} from oauth_clients c join users u on u.id = c.user_id where c.account_id = $1 and c.id = $2`,
    [accountId, id],
  );
  return rows[0];
};

/** A client by what it calls itself: who it is says which account it is of. */
export const findClientByIdentifier = async (
  db: Queryable,
  identifier: string,
): Promise<ConfidentialClient | undefined> => {
  const { rows } = await db.query<ConfidentialClient>(
    `select ${columns} from oauth_clients c join users u on u.id = c.user_id where c.identifier = $1`,
    [identifier],
  );
  return rows[0];
};

/**
 * Holds a client against its removal, and against another secret, until the transaction ends.
 *
 * @returns undefined when there is none with this secret.
 */
export const holdClient = async (
  tx: Queryable,
  { identifier, sha256 }: { identifier: string; sha256: Buffer },
): Promise<ConfidentialClient | undefined> => {
  const { rows } = await tx.query<ConfidentialClient>(
    `select ${columns} from oauth_clients c join users u on u.id = c.user_id
     where c.identifier = $1 and c.sha256 = $2 for share of c`,
    [identifier, sha256],
  );
  return rows[0];
};

/** Replaces the secret. Waits for whoever holds the client. */
export const setClientSecret = async (
  tx: Queryable,
  { accountId, id, sha256 }: { accountId: number; id: number; sha256: Buffer },
): Promise<void> => {
  await tx.query('update oauth_clients set sha256 = $3, updated_at = now() where account_id = $1 and id = $2', [
    accountId,
    id,
    sha256,
  ]);
};

/** Deletes the tokens that the client got. Call it once the client's row is held or changed. */
export const deleteTokensOfClient = async (
  tx: Queryable,
  clientId: number,
  { onlyExpired = false } = {},
): Promise<void> => {
  await tx.query('delete from api_tokens where client_id = $1 and (not $2 or expires_at < now())', [
    clientId,
    onlyExpired,
  ]);
};

/** With its tokens. */
export const deleteClient = async (tx: Queryable, accountId: number, id: number): Promise<void> => {
  await tx.query('delete from oauth_clients where account_id = $1 and id = $2', [accountId, id]);
};
