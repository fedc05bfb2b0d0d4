import { Router } from 'express';
import { findCatalogueVersion } from '../../../db/catalogue.ts';
import { listCatalogueInstallations, type CatalogueInstallation } from '../../../db/catalogue-installations.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { installApp } from '../../../use-cases/install-app.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { presentPage } from './page.ts';
import { installBody, installationsQuery } from './schema.ts';

/** What the account has installed, of every door, and a way to install any app that it can see. */
export const installationRoutes = (deps: Deps): Router => {
  const router = Router();
  const signedIn = authenticate(deps);

  router.get('/', signedIn, async (req, res) => {
    const { kind = null, app_id: appId, after, limit } = parse(installationsQuery, req.query);
    const filter = { accountId: userOf(res).accountId, kind, appId, after, limit: limit + 1 };
    res.json(presentPage(await listCatalogueInstallations(deps.db, filter), limit, presentInstallation));
  });

  /** The version by its name, as its door gave it. @throws NotFoundError */
  const versionIdOf = async (appId: number, version: string | undefined): Promise<number | null> => {
    if (version === undefined) return null;
    const found = await findCatalogueVersion(deps.db, appId, version);
    if (!found) throw new NotFoundError(`The app ${appId} has no version "${version}".`);
    return found.id;
  };

  router.post('/', signedIn, allow('admin'), acceptJson(), async (req, res) => {
    const { accountId } = userOf(res);
    const { app_id: appId, version, product, settings, enabled } = parse(installBody, req.body);
    const { id } = await installApp(deps, {
      accountId,
      actor: actorOf(req, res),
      appId,
      appKind: null,
      versionId: await versionIdOf(appId, version),
      product: product ?? null,
      settings: settings ?? {},
      enabled: enabled ?? true,
      groupRestrictions: [],
      roleRestrictions: null,
    });
    const [installed] = await listCatalogueInstallations(deps.db, { accountId, kind: null, after: id - 1, limit: 1 });
    res.status(201).json({ data: presentInstallation(installed!) });
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
