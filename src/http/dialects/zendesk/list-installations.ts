import type { RequestHandler } from 'express';
import { lastUnlistedInstallation, readInstallations, type Installation } from '../../../db/installations.ts';
import type { Deps } from '../../../deps.ts';
import { userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { sendList } from '../../send-list.ts';
import { includesApp, readAppView, setLanguages, varyByLanguage } from './app-view.ts';
import { APP_KIND } from './kind.ts';
import type { Prefix } from './prefixes.ts';
import { presentInstallation } from './present-installation.ts';
import { createSideload } from './sideload.ts';
import { MOST_LISTED, startOf } from './whole-list.ts';

/** All installations of the account, those too that the one who asks cannot use: `servable` says so. */
export const listAllInstallations =
  (deps: Deps, { path, product }: Prefix, baseUrlOf = createBaseUrl(deps.config)): RequestHandler =>
  async (req, res) => {
    const viewer = userOf(res);
    const { accountId } = viewer;
    const filter = { accountId, kind: APP_KIND, product };
    const lastUnlisted = await lastUnlistedInstallation(deps.db, filter, MOST_LISTED);
    const chunks = readInstallations(deps.db, filter, startOf(deps, lastUnlisted, { of: 'installations', accountId }));
    const present = (installation: Installation) => presentInstallation(installation, viewer);
    const frame = { head: '{"installations":[', tail: () => ']}' };
    if (!includesApp(req)) {
      const items = async function* () {
        for await (const chunk of chunks) yield chunk.map((one) => JSON.stringify(present(one)));
      };
      return sendList(deps, { req, res }, frame, items());
    }
    const urls = { baseUrl: baseUrlOf(req), appsPath: `${path}/apps` };
    const sideload = createSideload(deps, { accountId, urls, view: readAppView(req) });
    varyByLanguage(res);
    const onWhole = (): void => setLanguages(res, sideload.locales);
    await sendList(deps, { req, res }, { ...frame, onWhole }, sideload.into(chunks, present));
  };
