import { Router, type Request } from 'express';
import { findApp, findAppsById } from '../../../db/apps.ts';
import { findInstallation, listInstallations } from '../../../db/installations.ts';
import { findOwnerEmail } from '../../../db/users.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { installApp } from '../../../use-cases/install-app.ts';
import { removeInstallation } from '../../../use-cases/remove-installation.ts';
import { updateInstallation } from '../../../use-cases/update-installation.ts';
import { allow, authenticate, userOf } from '../../auth.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import type { Prefix } from './prefixes.ts';
import { presentApp } from './present-app.ts';
import { presentInstallation, presentShownInstallation } from './present-installation.ts';
import { listOf } from './query.ts';
import { idParams, installBody, updateInstallationBody } from './schema.ts';

/** The vendor's list has no pages, and its clients read the first one only. */
const MOST_INSTALLATIONS = 10_000;

/** Installations of an account: of one product, or under `v2` of all. */
export const installationRoutes = (deps: Deps, { path, product }: Prefix): Router => {
  const router = Router();
  const urls = { publicUrl: deps.config.publicUrl, appsPath: `${path}/apps` };
  const signedIn = authenticate(deps);
  const admin = [signedIn, allow('admin')];

  router.get('/', signedIn, async (req, res) => {
    const { accountId } = userOf(res);
    const installations = await listInstallations(deps.db, { accountId, product, limit: MOST_INSTALLATIONS });
    const apps = await sideloadedApps(req, accountId, [...new Set(installations.map(({ appId }) => appId))]);
    res.json({
      installations: installations.map((installation) => ({
        ...presentInstallation(installation),
        ...apps(installation.appId),
      })),
    });
  });

  /** `include=app`: each installation with its app. One more round trip for the whole list. */
  const sideloadedApps = async (req: Request, accountId: number, ids: number[]) => {
    if (!listOf(req.query['include']).has('app')) return () => ({});
    const apps = new Map((await findAppsById(deps.db, accountId, ids)).map((app) => [app.id, presentApp(app, urls)]));
    return (id: number) => ({ app: apps.get(id) ?? null });
  };

  router.post('/', ...admin, acceptJson(), async (req, res) => {
    const { accountId, id: userId } = userOf(res);
    const installation = await installApp(deps, { accountId, userId, product, ...readInstallation(req) });
    res.status(201).json(presentInstallation(installation));
  });

  router.get('/:id', signedIn, async (req, res) => {
    const { id } = parse(idParams, req.params);
    const { accountId } = userOf(res);
    const installation = await findInstallation(deps.db, accountId, id);
    const app = installation && (await findApp(deps.db, accountId, installation.appId));
    if (!installation || !app) throw new NotFoundError(`There is no installation ${id} in this account.`);
    const ownerEmail = await findOwnerEmail(deps.db, accountId);
    res.json({ installation: presentShownInstallation(installation, app, ownerEmail) });
  });

  router.put('/:id', ...admin, acceptJson(), async (req, res) => {
    const { id } = parse(idParams, req.params);
    const body = parse(updateInstallationBody, req.body);
    const installation = await updateInstallation(deps, {
      accountId: userOf(res).accountId,
      id,
      settings: body.settings,
      enabled: body.enabled ?? undefined,
      groupRestrictions: body.group_restrictions ?? undefined,
      roleRestrictions: body.role_restrictions,
    });
    res.json(presentInstallation(installation));
  });

  router.delete('/:id', ...admin, async (req, res) => {
    const { id } = parse(idParams, req.params);
    await removeInstallation(deps, userOf(res).accountId, id);
    res.status(204).end();
  });

  return router;
};

const readInstallation = (req: Request) => {
  const body = parse(installBody, req.body);
  return {
    appId: body.app_id,
    settings: body.settings,
    enabled: body.enabled ?? true,
    groupRestrictions: body.group_restrictions ?? [],
    roleRestrictions: body.role_restrictions ?? null,
  };
};
