import { Router, type RequestHandler } from 'express';
import { readCatalogueInstallations } from '../../../db/catalogue-installations.ts';
import type { Deps } from '../../../deps.ts';
import { updateInstallation } from '../../../use-cases/update-installation.ts';
import { actorOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { appVersionOf } from './find-app.ts';
import { getInstalled, getInstalledApp } from './find-installed.ts';
import { installBody, settingsOf } from './install-body.ts';
import { installVersion } from './install-version.ts';
import { KIND } from './kind.ts';
import { organisationOf } from './organisation.ts';
import { pageOf, sendPage } from './page.ts';
import { presentInstalled } from './present-installed.ts';
import { requireAdminRole, requireReadRole } from './roles.ts';

/** What an organisation has installed. */
export const installedRoutes = (deps: Deps): Router => {
  const router = Router();
  const baseUrl = createBaseUrl(deps.config);

  router.get('/', requireReadRole, async (req, res) => {
    const { accountId, onlyApp: key } = await organisationOf(deps, res);
    const page = pageOf(req);
    const filter = { accountId, kind: KIND, key, after: page.after, limit: page.size };
    const reader = readCatalogueInstallations(deps.db, filter);
    await sendPage(deps, { req, res, path: '/v1/apps' }, page, { ...reader, present: presentInstalled });
  });

  router.post('/install', requireAdminRole, acceptJson(), async (req, res) => {
    const organisation = await organisationOf(deps, res);
    const { app, version = 'latest', settings: given = {} } = parse(installBody, req.body);
    const settings = settingsOf(given);
    const headers = ({ data }: { data: { links: { job: string } } }) => ({
      Location: `${baseUrl(req)}${data.links.job}`,
    });
    const asked = { route: 'kustomer: install', fields: { app, version, settings }, headers };
    await answerOnce(deps, { req, res }, asked, async (within) => {
      const named = { name: app, version };
      const installed = await installVersion(within, { actor: actorOf(req, res), organisation, named, settings });
      return { status: 202, body: { data: presentInstalled(installed) } };
    });
  });

  const show: RequestHandler<{ appVersion: string }> = async (req, res) => {
    const organisation = await organisationOf(deps, res);
    res.json({ data: presentInstalled(await getInstalled(deps, organisation, appVersionOf(req.params.appVersion))) });
  };
  router.get('/:appVersion', requireReadRole, show);

  const enable =
    (enabled: boolean): RequestHandler<{ appVersion: string }> =>
    async (req, res) => {
      const organisation = await organisationOf(deps, res);
      const { accountId } = organisation;
      const named = appVersionOf(req.params.appVersion);
      const { id, appId } = await getInstalled(deps, organisation, named);
      const unchanged = { appId: undefined, settings: {}, groupRestrictions: undefined, roleRestrictions: undefined };
      await updateInstallation(deps, { accountId, actor: actorOf(req, res), id, kind: KIND, enabled, ...unchanged });
      res.json({ data: presentInstalled(await getInstalledApp(deps, accountId, { appId, ...named })) });
    };
  for (const [word, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    router.put(`/:appVersion/${word}`, requireAdminRole, enable(enabled));
    router.post(`/:appVersion/${word}`, requireAdminRole, enable(enabled));
  }

  return router;
};
