import { Router, type RequestHandler } from 'express';
import { z } from 'zod';
import { findAppClient, type AppClient } from '../../../db/app-clients.ts';
import { findCatalogueApp } from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import { AppError } from '../../../errors.ts';
import { createAppClient } from '../../../use-cases/app-clients/create-app-client.ts';
import { revokeAppClient } from '../../../use-cases/app-clients/revoke-app-client.ts';
import { actorOf, requireOwnCredentials } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { acceptJson } from '../../json-body.ts';
import { parse, strictBody } from '../../parse.ts';
import { notFound } from './find-app.ts';
import { KIND } from './kind.ts';
import { namespaced } from './names.ts';
import { mayRead, organisationOf } from './organisation.ts';
import { requireAdminRole, requireReadRole } from './roles.ts';

const MAX_URL = 2_000;

/** As the vendor's command `kapp create` asks for them. */
const newClient = strictBody({
  name: z
    .string({ error: 'must be a text' })
    .regex(/^\w{1,128}$/, { error: 'must have 1 to 128 letters, digits and underscores' }),
  url: z
    .string({ error: 'must be a text' })
    .max(MAX_URL, { error: `must be at most ${MAX_URL} characters` })
    .refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && !/\s/.test(url), {
      error: 'must be an address that begins with https:// or http://',
    })
    .refine((url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '', {
      error: 'must have no user name and no password',
    })
    .optional(),
});

const present = (name: string, client: AppClient | undefined, clientSecret?: string) => ({
  type: 'app',
  id: name,
  attributes: {
    name,
    url: client?.url ?? null,
    clientId: client?.clientId ?? null,
    ...(clientSecret !== undefined && { clientSecret }),
  },
});

/** Credentials of apps, by the name of the app. */
export const appClientRoutes = (deps: Deps): Router => {
  const router = Router();
  const baseUrlOf = createBaseUrl(deps.config);

  router.post('/', requireAdminRole, requireOwnCredentials, acceptJson(), async (req, res) => {
    const { accountId } = await organisationOf(deps, res);
    const { name, url = null } = parse(newClient, req.body);
    const headers = () => ({ Location: `${baseUrlOf(req)}/v1/apps/${name}` });
    const asked = { route: 'kustomer: create app client', fields: { name, url }, headers };
    await answerOnce(deps, { req, res }, asked, async (within) => {
      const input = { actor: actorOf(req, res), accountId, kind: KIND, app: name, url };
      const { client, secret } = await createAppClient(within, input).catch(duplicate);
      return { status: 201, body: { data: present(name, client, secret) } };
    });
  });

  const show: RequestHandler<{ name: string }> = async (req, res, next) => {
    const { name } = req.params;
    // With a version it is something that is installed.
    if (name.includes('-')) return next('route');
    const organisation = await organisationOf(deps, res);
    const { accountId } = organisation;
    const value = namespaced(name, organisation.organisationId);
    if (!mayRead(organisation, value)) throw notFound('app', name);
    const client = await findAppClient(deps.db, { accountId, kind: KIND, app: name });
    const app = client ?? (await findCatalogueApp(deps.db, { accountId, kind: KIND, by: 'key', value }));
    if (app?.accountId !== accountId) throw notFound('app', name);
    res.json({ data: present(name, client) });
  };
  router.get('/:name', requireReadRole, show);

  router.delete('/:name/client', requireAdminRole, async (req, res) => {
    const { accountId } = await organisationOf(deps, res);
    const app = req.params['name'] as string;
    await revokeAppClient(deps, { actor: actorOf(req, res), accountId, kind: KIND, app });
    res.status(204).end();
  });

  return router;
};

const duplicate = (err: unknown): never => {
  if (err instanceof AppError && err.code === 'key_taken') throw new AppError('duplicate', 409, err.message);
  throw err;
};
