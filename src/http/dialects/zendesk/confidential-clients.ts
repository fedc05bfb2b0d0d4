import { Router } from 'express';
import { z } from 'zod';
import type { ConfidentialClient } from '../../../db/oauth-clients.ts';
import type { Deps } from '../../../deps.ts';
import { CLIENT_IDENTIFIER, createClient, isClientName } from '../../../use-cases/clients/create-client.ts';
import { getClient, removeClient, replaceClientSecret } from '../../../use-cases/clients/end-client.ts';
import { actorOf, allow, authenticate, requireOwnCredentials, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { ignoredHeader } from '../../ignored.ts';
import { acceptJson } from '../../json-body.ts';
import { ignoredFields, parse } from '../../parse.ts';
import { listClientPage } from './list-clients.ts';
import { idParams } from './schema.ts';

const PATH = '/api/v2/oauth/clients';

const text = z.string({ error: 'must be a text' });
/** What it does not know it looks past: the vendor's clients have a company, a logo and addresses too. */
const clientBody = z.object({
  client: z.object(
    {
      name: z.string({ error: 'is required: a text' }).refine(isClientName, { error: 'must be 1 to 255 characters' }),
      identifier: text
        .refine((value) => CLIENT_IDENTIFIER.test(value), {
          error: 'must be 3 to 100 of the characters A-Z a-z 0-9 . _ -, the first a letter or a digit',
        })
        .nullish(),
      kind: z.literal('confidential', { error: 'must be confidential: public clients are built in' }).nullish(),
      scopes: z
        .array(z.enum(['read', 'write'], { error: 'must be read or write' }), {
          error: 'must be a list of read and write',
        })
        .min(1, { error: 'must hold read or write' })
        .max(2, { error: 'must hold each scope once' })
        .nullish(),
    },
    { error: 'is required: an object with a name' },
  ),
});

/** Confidential clients of the account, for programs without a person: they get tokens at `POST /oauth/tokens`. */
export const confidentialClientRoutes = (deps: Deps): Router => {
  const router = Router();
  const baseUrlOf = createBaseUrl(deps.config);
  const admin = [authenticate(deps), allow('admin')];

  router.get('/', ...admin, async (req, res) => {
    const address = { url: `${baseUrlOf(req)}${PATH}.json`, query: req.query };
    const { clients, ...page } = await listClientPage(deps, userOf(res).accountId, address);
    res.json({ clients: clients.map(presentClient), ...page });
  });

  router.post('/', ...admin, requireOwnCredentials, acceptJson(), async (req, res) => {
    const { client } = parse(clientBody, req.body);
    const { client: made, secret } = await createClient(deps, {
      user: userOf(res),
      actor: actorOf(req, res),
      name: client.name,
      identifier: client.identifier ?? undefined,
      scopes: [...new Set(client.scopes ?? (['read'] as const))],
    });
    res
      .status(201)
      .set(ignoredHeader(ignoredOf(req.body as { client: object })))
      .location(`${baseUrlOf(req)}${PATH}/${made.id}.json`)
      .set('Cache-Control', 'no-store')
      .json({ client: { ...presentClient(made), secret } });
  });

  router.get('/:id', ...admin, async (req, res) => {
    const { id } = parse(idParams, req.params);
    res.json({ client: presentClient(await getClient(deps, userOf(res).accountId, id)) });
  });

  router.put('/:id/generate_secret', ...admin, requireOwnCredentials, async (req, res) => {
    const { id } = parse(idParams, req.params);
    const who = { accountId: userOf(res).accountId, actor: actorOf(req, res) };
    const { client, secret } = await replaceClientSecret(deps, { ...who, id });
    res.set('Cache-Control', 'no-store').json({ client: { ...presentClient(client), secret } });
  });

  router.delete('/:id', ...admin, async (req, res) => {
    const { id } = parse(idParams, req.params);
    await removeClient(deps, { accountId: userOf(res).accountId, actor: actorOf(req, res), id });
    res.status(204).end();
  });

  return router;
};

const known = { client: new Set(Object.keys(clientBody.shape.client.shape)), body: new Set(['client']) };

const ignoredOf = (body: { client: object }): string[] => [
  ...ignoredFields({ known: known.body }, body),
  ...ignoredFields({ known: known.client }, body.client),
];

const presentClient = (client: ConfidentialClient) => ({
  id: client.id,
  name: client.name,
  identifier: client.identifier,
  kind: 'confidential',
  scopes: client.scopes,
  user_id: client.userId,
  created_at: client.createdAt.toISOString(),
  updated_at: client.updatedAt.toISOString(),
});
