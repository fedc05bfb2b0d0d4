import { Router } from 'express';
import { findCatalogueApp } from '../../../db/catalogue.ts';
import { listCatalogueInstallations, type CatalogueInstallation } from '../../../db/catalogue-installations.ts';
import type { User } from '../../../db/users.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { installApp } from '../../../use-cases/install-app.ts';
import { NotFoundError } from '../../../errors.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { isReleased, type AlsoInstalling, type Door } from '../../door.ts';
import { answerOnce } from '../../idempotency.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { presentPage } from './page.ts';
import { installBody, installationsQuery } from './schema.ts';

/** What the account has installed, of every door, and a way to install any app that it can see. */
export const installationRoutes = (deps: Deps, doors: readonly Door[]): Router => {
  const router = Router();
  const signedIn = authenticate(deps);

  router.get('/', signedIn, async (req, res) => {
    const { kind = null, app_id: appId, after, limit } = parse(installationsQuery, req.query);
    const filter = { accountId: userOf(res).accountId, kind, appId, after, limit: limit + 1 };
    res.json(presentPage(await listCatalogueInstallations(deps.db, filter), limit, presentInstallation));
  });

  /**
   * What the app's own door has to do with it.
   *
   * @throws NotFoundError for another account's draft, also where it was shown to all.
   */
  const opened = async ({ accountId, subdomain }: User, actor: Actor, appId: number) => {
    const app = await findCatalogueApp(deps.db, { accountId, kind: null, by: 'id', value: appId });
    if (!app) return undefined;
    if (app.accountId !== accountId && !isReleased(doors, app.kind, app.current.state))
      throw new NotFoundError(`There is no app ${appId} that this account can install.`);
    const door = doors.find(({ kind }) => kind === app.kind);
    return door?.installing?.(deps, { accountId, account: subdomain, actor, appId, ownerId: app.accountId });
  };

  router.post('/', signedIn, allow('admin'), acceptJson(), async (req, res) => {
    const user = userOf(res);
    const { accountId } = user;
    const actor = actorOf(req, res);
    const fields = parse(installBody, req.body);
    const { app_id: appId, version, product, settings, enabled } = fields;
    let door: AlsoInstalling | undefined;
    const prepare = async (): Promise<void> => {
      door = await opened(user, actor, appId);
    };
    await answerOnce(deps, { req, res }, { route: 'appyard: install', fields, prepare }, async (within) => {
      const { id } = await installApp(within, {
        accountId,
        actor,
        appId,
        appKind: null,
        version: version === undefined ? undefined : { name: version },
        product: product ?? null,
        settings: settings ?? {},
        enabled: enabled ?? true,
        groupRestrictions: [],
        roleRestrictions: null,
        ...(door && { also: door.also }),
      });
      await door?.dispatch(within);
      const [installed] = await listCatalogueInstallations(within.db, { accountId, kind: null, id, limit: 1 });
      if (!installed) throw new NotFoundError(`The installation ${id} was removed meanwhile.`);
      return { status: 201, body: { data: presentInstallation(installed) } };
    });
  });

  return router;
};

const presentInstallation = (installation: CatalogueInstallation) => ({
  id: installation.id,
  app_id: installation.appId,
  app_kind: installation.kind,
  app_key: installation.key,
  app_name: installation.appName,
  version: installation.version,
  title: installation.title,
  product: installation.product,
  state: installation.state,
  enabled: installation.enabled,
  job_id: installation.jobId,
  job_state: installation.jobState,
  job_message: installation.jobMessage,
  created_at: installation.createdAt.toISOString(),
  updated_at: installation.updatedAt.toISOString(),
});
