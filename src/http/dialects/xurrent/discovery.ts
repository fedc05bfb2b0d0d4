import { Router, type Request } from 'express';
import { findAccountBySubdomain } from '../../../db/accounts.ts';
import { findPublicRecord } from '../../../db/door-record-lists.ts';
import { listSigningKeys } from '../../../db/signing-keys.ts';
import type { Deps } from '../../../deps.ts';
import { headerNameOf, signingAlgorithms } from '../../../domain/delivery-claims.ts';
import { isSubdomain } from '../../../domain/subdomain.ts';
import { NotFoundError } from '../../../errors.ts';
import { accountUrl, hostAccountOf, policyUrl } from './addresses.ts';
import { KIND } from './kind.ts';
import { readId } from './node-id.ts';
import { keyIdsOf, policyOf } from './policy.ts';

/** Of an account that has more, the newest ones: what the older ones have signed has long been read. */
const MOST_KEYS = 1_000;

interface Issuer {
  url: string;
  accountId: number;
  /** Undefined: all of the account. */
  keyIds?: number[];
}

type FindIssuer = (req: Request) => Promise<Issuer>;

const notFound = (): NotFoundError => new NotFoundError('There is no such issuer.');

/** The two documents by which a receiver finds the keys of an issuer. They are public: so are the keys. */
const issuerRoutes = (deps: Pick<Deps, 'db'>, findIssuer: FindIssuer): Router => {
  const router = Router({ caseSensitive: true, mergeParams: true });

  router.get('/openid-configuration', async (req, res) => {
    const { url } = await findIssuer(req);
    res.json({
      issuer: url,
      jwks_uri: `${url}/.well-known/jwks.json`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: signingAlgorithms.map(headerNameOf),
    });
  });

  router.get(['/jwks', '/jwks.json'], async (req, res) => {
    const { accountId, keyIds } = await findIssuer(req);
    const keys = await listSigningKeys(deps.db, accountId, { ids: keyIds, limit: MOST_KEYS });
    res.json({ keys: keys.map(({ publicJwk }) => publicJwk) });
  });
  return router;
};

/** Below `/webhook_policies/{id}/.well-known`. */
export const policyDiscovery = (deps: Pick<Deps, 'db' | 'config'>): Router => {
  const publicHost = new URL(deps.config.publicUrl).host;
  return issuerRoutes(deps, async (req) => {
    const id = readId('WebhookPolicy', String(req.params['id']));
    const found =
      id === undefined ? undefined : await findPublicRecord(deps.db, { door: KIND, type: 'webhook_policy' }, id);
    const host = hostAccountOf(deps, req);
    if (!found) throw notFound();
    const { accountId, owner } = found;
    // Where accounts have hosts of their own, the answer at another host would tell whose policy it is.
    if (host === undefined ? new URL(policyUrl(deps, owner, 0)).host !== publicHost : host !== owner) throw notFound();
    return { url: policyUrl(deps, owner, found.id), accountId, keyIds: keyIdsOf(policyOf(found)) };
  });
};

/** Has no keys. */
const NO_ACCOUNT = 0;

/**
 * Below an account's own address: its subdomain, or `/accounts/{account}` where there can be none. An account that does
 * not exist is answered like one without keys: otherwise anyone could find out which accounts exist.
 */
export const accountDiscovery = (deps: Pick<Deps, 'db' | 'config'>): Router =>
  issuerRoutes(deps, async (req) => {
    const { account: asked } = req.params as { account?: string };
    const subdomain = (asked ?? hostAccountOf(deps, req))?.toLowerCase();
    if (subdomain === undefined || !isSubdomain(subdomain)) throw notFound();
    const account = await findAccountBySubdomain(deps.db, subdomain);
    return { url: accountUrl(deps, subdomain), accountId: account?.id ?? NO_ACCOUNT };
  });
