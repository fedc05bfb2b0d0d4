import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { changeApp } from '../../../use-cases/catalogue/change-app.ts';
import { actorOf, allow, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { refuseOtherOrganization } from './access.ts';
import { decideNewVersion, parentOf } from './decide-new-version.ts';
import { describeApp } from './describe-app.ts';
import { answer, envelope } from './envelope.ts';
import { versionAmong } from './find-version.ts';
import { newVersionId } from './ids.ts';
import { KIND } from './kind.ts';
import { sendApps } from './list-apps.ts';
import { presentApp, presentVersion } from './present-app.ts';
import { getApp, readSomeWhole, refuseForeign } from './read-app.ts';
import { registerNewApp } from './register-new-app.ts';
import { listing, newApp, newVersion, registration } from './schema.ts';

/** Apps as a whole. Mount behind authentication. */
export const appRoutes = (deps: Deps): Router => {
  const router = Router();
  const host = new URL(deps.config.publicUrl).host;
  const baseUrl = createBaseUrl(deps.config);

  router.get('/', async (req, res) => {
    const { accountId } = userOf(res);
    const { limit, after } = parse(listing, req.query);
    await sendApps(deps, { req, res }, { accountId, limit, after });
  });

  router.post('/', allow('agent', 'admin'), acceptJson(), async (req, res) => {
    const user = userOf(res);
    const { organizationId, teamId } = parse(registration, req.query);
    await refuseOtherOrganization(deps, user, organizationId);
    const body = parse(newApp, req.body);
    const fields = { organizationId, teamId, body };
    const headers = ({ data }: { data: { appId: string } }) => ({
      Location: `${baseUrl(req)}/developer/apps/${data.appId}`,
    });
    await answerOnce(deps, { req, res }, { route: 'os1: register', fields, headers }, async (within) => {
      const app = await registerNewApp(within, {
        actor: actorOf(req, res),
        accountId: user.accountId,
        registration: { organizationId, teamId },
        body,
      });
      return { status: 201, body: envelope(res, presentApp(app, [app.current], { host, own: true })) };
    });
  });

  router.get('/:appId', async (req, res) => {
    const { app, versions, own } = await getApp(deps, res, req.params.appId);
    answer(res, presentApp(app, versions, { host, own }));
  });

  router.post('/:appId/versions', allow('agent', 'admin'), acceptJson(), async (req, res) => {
    const body = parse(newVersion, req.body);
    const appId = req.params['appId'] as string;
    const headers = ({ data }: { data: { appVersionId: string } }) => ({
      Location: `${baseUrl(req)}/developer/apps/versions/${data.appVersionId}`,
    });
    const asked = { route: 'os1: add version', fields: { appId, body }, headers };
    await answerOnce(deps, { req, res }, asked, async (within) => {
      const seen = await getApp(within, res, appId);
      refuseForeign(seen);
      const externalId = newVersionId();
      const { app, versions } = await changeApp(within, {
        actor: actorOf(req, res),
        ref: { accountId: seen.app.accountId, kind: KIND, by: 'id', value: seen.app.id },
        describe: describeApp,
        decide: decideNewVersion(externalId, body),
        readVersions: readSomeWhole(
          (one, all) => one.externalId === externalId || one === parentOf(all, body.parentVersion),
        ),
      });
      const version = presentVersion(app, versionAmong(versions, externalId), { host, own: true });
      return { status: 201, body: envelope(res, version) };
    });
  });

  return router;
};
