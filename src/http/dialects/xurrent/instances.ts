import { Router, type Request, type RequestHandler, type Response } from 'express';
import { loadSharedInstallations, type SharedInstallation } from '../../../db/installation-lists.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { ForbiddenError, NotFoundError } from '../../../errors.ts';
import { actorOf, allow, userOf } from '../../auth.ts';
import { answerOnce } from '../../idempotency.ts';
import { setIgnored } from '../../ignored.ts';
import { acceptJson } from '../../json-body.ts';
import { ignoredFields, parse } from '../../parse.ts';
import { domainOf, recordLocation } from './addresses.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { addInstance, changeInstance, removeInstance } from './instance-changes.ts';
import { changeOf, installable, refuseFields, ownFields } from './instance-input.ts';
import { sendInstances } from './instance-lists.ts';
import { CUSTOMERS, instanceBody, PROVIDERS } from './instance-schema.ts';
import { instancesOf, noInstance } from './instance.ts';
import { openInstalling } from './installing.ts';
import { readId } from './node-id.ts';
import { presentInstance } from './present-instance.ts';
import { upgradeInstance } from './upgrade-instance.ts';

/** App instances. */
export const instanceRoutes = (deps: Deps): Router => {
  const router = Router({ caseSensitive: true });
  addListRoutes(deps, router);

  router.post('/', allow('admin'), acceptJson(), create(deps));

  router.get('/:id', async (req, res) => {
    const { accountId } = userOf(res);
    const row = await getInstance(deps, accountId, req.params.id);
    res.json(presentInstance(row, { accountId, domain: domainOf(deps) }));
  });

  const update = async (req: Request<{ id: string }>, res: Response): Promise<void> => {
    const { accountId } = userOf(res);
    const row = await getInstance(deps, accountId, req.params.id);
    const body = ownFields(row, accountId, parse(instanceBody.schema, req.body));
    setIgnored(res, ignoredFields(instanceBody, req.body as object));
    const actor = actorOf(req, res);
    const auditAs = row.accountId === accountId ? actor : PROVIDER;
    const given = [...PROVIDERS, ...CUSTOMERS].some((name) => body[name] !== undefined);
    const change = await changeOf(deps, row.accountId, body);
    if (given) await changeInstance(deps, { actor, row, auditAs }, { enabled: body.enabled_by_customer, change });
    res.json(await shown(deps, accountId, row.id));
  };
  router.patch<{ id: string }>('/:id', allow('admin'), acceptJson(), update);
  router.put<{ id: string }>('/:id', allow('admin'), acceptJson(), update);

  router.delete('/:id', allow('admin'), async (req, res) => {
    const { accountId } = userOf(res);
    const row = await getInstance(deps, accountId, String(req.params['id']));
    if (row.accountId !== accountId) throw new ForbiddenError('Only the account that has it removes it.');
    await removeInstance(deps, { actor: actorOf(req, res), row });
    res.status(204).end();
  });

  router.post<{ id: string }>('/:id/upgrade', allow('admin'), upgrade(deps));

  router.all(['/', '/enabled', '/disabled'], refuseOtherMethods('GET', 'HEAD', 'POST'));
  router.all('/:id/upgrade', refuseOtherMethods('POST'));
  router.all('/:id', refuseOtherMethods('GET', 'HEAD', 'PATCH', 'PUT', 'DELETE'));
  return router;
};

const create =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const body = parse(instanceBody.schema, req.body);
    setIgnored(res, ignoredFields(instanceBody, req.body as object));
    const headers = ({ id }: { id: number }) => recordLocation(deps, req, id);
    const { accountId, subdomain } = userOf(res);
    const by = { accountId, account: subdomain, actor: actorOf(req, res) };
    let prepared: Parameters<typeof addInstance>[2] | undefined;
    const prepare = async (): Promise<void> => {
      const { appId, ownerId } = await installable(deps, accountId, body);
      if (ownerId !== accountId) refuseFields(body, PROVIDERS, 'the provider of the app');
      const change = await changeOf(deps, accountId, body);
      const opened = await openInstalling(deps, { ...by, appId, ownerId, instance: change(noInstance) });
      prepared = { appId, enabled: body.enabled_by_customer ?? true, ...opened };
    };
    const asked = { route: 'xurrent: add instance', fields: body, prepare, headers };
    await answerOnce(deps, { req, res }, asked, async (within) => {
      const id = await addInstance(within, by, prepared!);
      return { status: 201, body: await shown(within, accountId, id) };
    });
  };

const upgrade =
  (deps: Deps): RequestHandler<{ id: string }> =>
  async (req, res) => {
    const { accountId } = userOf(res);
    const fields = { id: req.params.id };
    const headers = ({ id }: { id: number }) => recordLocation(deps, req, id);
    await answerOnce(deps, { req, res }, { route: 'xurrent: upgrade', fields, headers }, async (within) => {
      const row = await getInstance(within, accountId, fields.id);
      if (row.accountId !== accountId) throw new ForbiddenError('Only the account that has it moves it.');
      await upgradeInstance(within, { actor: actorOf(req, res), row });
      return { status: 202, body: await shown(within, accountId, row.id) };
    });
  };

const addListRoutes = (deps: Deps, router: Router): void => {
  router.get('/', (req, res) => sendInstances(deps, { req, res }, instancesOf(userOf(res).accountId)));
  for (const [name, disabled] of [
    ['enabled', false],
    ['disabled', true],
  ] as const)
    router.get(`/${name}`, (req, res) =>
      sendInstances(deps, { req, res }, instancesOf(userOf(res).accountId), disabled),
    );
};

/** @throws NotFoundError for one that the account has no part in. */
const getInstance = async (deps: Pick<Deps, 'db'>, accountId: number, asked: string): Promise<SharedInstallation> => {
  const id = readId('AppInstance', asked);
  const [row] = id === undefined ? [] : await loadSharedInstallations(deps.db, instancesOf(accountId), [id]);
  if (!row) throw new NotFoundError(`There is no app instance ${asked.slice(0, 100)}.`);
  return row;
};

/** An instance as it is now. */
const shown = async (deps: Pick<Deps, 'db' | 'config'>, accountId: number, id: number) =>
  presentInstance(await getInstance(deps, accountId, String(id)), { accountId, domain: domainOf(deps) });

/** Who acts, in the log of the customer's account: it is not told who of the provider it was. */
const PROVIDER: Actor = { userId: null, name: 'developer of the app', ip: null };
