import { jwtVerify, SignJWT } from 'jose';
import { findAccountCalled, type NamedAccount } from '../../../db/accounts.ts';
import { findAppClientById, type AppClient } from '../../../db/app-clients.ts';
import { listCatalogueInstallations } from '../../../db/catalogue-installations.ts';
import { findAccountExternalId } from '../../../db/accounts.ts';
import type { Deps } from '../../../deps.ts';
import type { Identify } from '../../../use-cases/identify.ts';
import { KIND } from './kind.ts';
import { namespaced } from './names.ts';

/** The vendor's SDK asks once for an organisation and keeps the token while it runs. */
const LIFE_S = 30 * 86_400;
const KEYS = 'kustomer org tokens';
const ALGORITHM = 'HS256';

type Stores = Pick<Deps, 'db' | 'cipher'>;

/** An organisation, and the registered name of the app that it has installed. */
interface InstallingOrg extends NamedAccount {
  key: string;
}

/** Returns the organisation of this name or id when it has the app of these credentials installed and enabled. */
export const findInstallingOrg = async (
  { db }: Pick<Deps, 'db'>,
  client: AppClient,
  org: string,
): Promise<InstallingOrg | undefined> => {
  const account = await findAccountCalled(db, org);
  const ownerId = account && (await findAccountExternalId(db, client.accountId));
  if (!account || ownerId === undefined) return undefined;
  const key = namespaced(client.app, ownerId);
  const filter = { accountId: account.id, kind: KIND, key, limit: 1 };
  const [installed] = await listCatalogueInstallations(db, filter);
  return installed?.state === 'installed' && installed.enabled ? { ...account, key } : undefined;
};

/** Issues a token with which an app reads in an organisation that has it installed. */
export const issueOrgToken = async ({ cipher }: Pick<Deps, 'cipher'>, client: AppClient, org: NamedAccount) => {
  const expiresAt = Math.floor(Date.now() / 1_000) + LIFE_S;
  const token = await new SignJWT({ org: org.externalId, app: client.app, clientId: client.clientId })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuedAt()
    .setExpirationTime(expiresAt)
    .sign(cipher.keysFor(KEYS)[0]!);
  return { token, expiresAt: new Date(expiresAt * 1_000).toISOString() };
};

/**
 * Identifies users as everywhere, and apps by their tokens. A token ends with the credentials it was issued for, and when
 * the organisation disables the app. An app reads as an agent does, of itself alone, and writes nothing.
 */
export const identifyWithApps =
  (deps: Stores & Pick<Deps, 'identify'>): Identify =>
  async (header, addressOf) => {
    const token = /^bearer[ \t]+(\S+\.\S+\.\S+)$/i.exec(header)?.[1];
    if (token === undefined) return deps.identify(header, addressOf);
    const claims = await claimsOf(deps, token);
    const { org, clientId } = claims ?? {};
    if (typeof org !== 'string' || typeof clientId !== 'string') return deps.identify(header, addressOf);
    const client = await findAppClientById(deps.db, { kind: KIND, clientId });
    const account = client && (await findInstallingOrg(deps, client, org));
    if (!client || !account) return undefined;
    const { id: accountId, subdomain, key: onlyApp } = account;
    const user = { id: 0, accountId, subdomain, email: `app ${client.app}`, role: 'agent', suspended: false } as const;
    const login = { grantId: 0, scopes: ['read'] } as const;
    return { kind: 'user', user: { ...user, groups: [] }, login, token: null, onlyApp };
  };

const claimsOf = async ({ cipher }: Stores, token: string): Promise<Record<string, unknown> | undefined> => {
  for (const key of cipher.keysFor(KEYS))
    try {
      return (await jwtVerify(token, key, { algorithms: [ALGORITHM] })).payload;
    } catch {
      // Signed with another key, expired, or no token of this kind.
    }
  return undefined;
};
