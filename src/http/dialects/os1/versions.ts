import { Router, type Request, type Response } from 'express';
import type { Deps } from '../../../deps.ts';
import { changeApp, type ChangeAppInput } from '../../../use-cases/catalogue/change-app.ts';
import { actorOf, allow } from '../../auth.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { refuseUnlessAllowed } from './access.ts';
import { decideMove } from './decide-move.ts';
import { decideUpdate } from './decide-update.ts';
import { deleteVersion } from './delete-version.ts';
import { describeApp } from './describe-app.ts';
import { answer } from './envelope.ts';
import { versionAmong } from './find-version.ts';
import { KIND } from './kind.ts';
import { presentVersion } from './present-app.ts';
import { getVersion, readSomeWhole, refuseForeign } from './read-app.ts';
import { attributePatch, stateChange } from './schema.ts';

/** One version of an app. Mount behind authentication. */
export const versionRoutes = (deps: Deps): Router => {
  const router = Router();
  const host = new URL(deps.config.publicUrl).host;
  const idOf = (req: Request): string => req.params['appVersionId'] as string;

  /** Changes the version's app in the account that owns it, and shows the version as it is then. */
  const change = async (
    req: Request,
    res: Response,
    decide: (externalId: string) => ChangeAppInput['decide'],
  ): Promise<void> => {
    const seen = await getVersion(deps, res, idOf(req));
    refuseForeign(seen);
    const externalId = seen.version.externalId!;
    const { app, versions } = await changeApp(deps, {
      actor: actorOf(req, res),
      ref: { accountId: seen.app.accountId, kind: KIND, by: 'id', value: seen.app.id },
      describe: describeApp,
      decide: decide(externalId),
      readVersions: readSomeWhole((one) => one.externalId === externalId),
    });
    answer(res, presentVersion(app, versionAmong(versions, externalId), { host, own: true }));
  };

  router.get('/:appVersionId', async (req, res) => {
    const { app, version, own } = await getVersion(deps, res, idOf(req));
    answer(res, presentVersion(app, version, { host, own }));
  });

  router.patch('/:appVersionId', allow('agent', 'admin'), acceptJson(), async (req, res) => {
    const patch = parse(attributePatch, req.body);
    await change(req, res, (id) => decideUpdate(id, patch));
  });

  router.put('/:appVersionId/states', acceptJson(), async (req, res) => {
    const { action } = parse(stateChange, req.body);
    refuseUnlessAllowed(res, action);
    await change(req, res, (id) => decideMove(id, action));
  });

  router.delete('/:appVersionId', allow('agent', 'admin'), async (req, res) => {
    const seen = await getVersion(deps, res, idOf(req));
    refuseForeign(seen);
    await deleteVersion(deps, actorOf(req, res), seen);
    answer(res, { appId: seen.app.externalId, appVersionId: seen.version.externalId, deleted: true });
  });

  return router;
};
