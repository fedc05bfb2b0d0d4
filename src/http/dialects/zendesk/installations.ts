import { Router, type Request } from 'express';
import type { Deps } from '../../../deps.ts';
import { invalidField } from '../../../errors.ts';
import { installApp } from '../../../use-cases/install-app.ts';
import { removeInstallation } from '../../../use-cases/remove-installation.ts';
import { updateInstallation } from '../../../use-cases/update-installation.ts';
import { acceptFields } from '../../accept-fields.ts';
import { actorOf, allow, authenticate, userOf } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { ignoredHeader } from '../../ignored.ts';
import { parse } from '../../parse.ts';
import { ignoredSettings } from './ignored-settings.ts';
import { APP_KIND } from './kind.ts';
import { listAllInstallations } from './list-installations.ts';
import type { Prefix } from './prefixes.ts';
import { presentInstallation } from './present-installation.ts';
import { readFields } from './read-fields.ts';
import { idParams, installBody, updateInstallationBody } from './schema.ts';
import { showInstallation } from './show-installation.ts';

/** Installations of an account: of one product, or under `v2` of all. */
export const installationRoutes = (deps: Deps, prefix: Prefix): Router => {
  const router = Router();
  const baseUrl = createBaseUrl(deps.config);
  const signedIn = authenticate(deps);
  const admin = [signedIn, allow('admin')];

  router.get('/', signedIn, listAllInstallations(deps, prefix));
  router.get('/:id', signedIn, showInstallation(deps, prefix));

  router.post('/', ...admin, acceptFields(), async (req, res) => {
    const viewer = userOf(res);
    const { fields, ignored } = readInstallation(req, prefix.product);
    const headers = ({ id, settings }: { id: number; settings: object }) => ({
      ...ignoredHeader([...ignored, ...ignoredSettings(fields.settings, settings)]),
      Location: `${baseUrl(req)}${prefix.path}/apps/installations/${id}.json`,
    });
    await answerOnce(deps, { req, res }, { route: 'zendesk: install', fields, headers }, async (within) => {
      const who = { accountId: viewer.accountId, actor: actorOf(req, res) };
      const options = { appKind: APP_KIND, unknownSettings: 'ignore' } as const;
      const installation = await installApp(within, { ...who, ...options, ...fields });
      return { status: 201, body: presentInstallation(installation, viewer) };
    });
  });

  router.put('/:id', ...admin, acceptFields(), async (req, res) => {
    const { id } = parse(idParams, req.params);
    const { fields: body, sent, ignored } = readFields(req, updateInstallationBody, { wrapped: true });
    const viewer = userOf(res);
    const installation = await updateInstallation(deps, {
      accountId: viewer.accountId,
      actor: actorOf(req, res),
      id,
      kind: APP_KIND,
      appId: body.app_id ?? undefined,
      settings: body.settings,
      unknownSettings: 'ignore',
      enabled: repeatsInactive(sent) ? undefined : (body.enabled ?? undefined),
      groupRestrictions: body.group_restrictions === null ? [] : body.group_restrictions,
      roleRestrictions: body.role_restrictions,
    });
    const shown = presentInstallation(installation, viewer);
    res.set(ignoredHeader([...ignored, ...ignoredSettings(body.settings, shown.settings)])).json(shown);
  });

  router.delete('/:id', ...admin, async (req, res) => {
    const { id } = parse(idParams, req.params);
    const { accountId } = userOf(res);
    await removeInstallation(deps, { accountId, actor: actorOf(req, res), id, kind: APP_KIND });
    res.status(204).end();
  });

  return router;
};

/** The path says which product it is; under `v2` the body may. */
const readInstallation = (req: Request, product: Prefix['product']) => {
  const { fields: body, sent, ignored } = readFields(req, installBody, { wrapped: true });
  if (product && body.product && body.product !== product)
    throw invalidField('product', `must be ${product}, as in the path, or be left out`);
  const fields = {
    appId: body.app_id,
    product: product ?? body.product ?? null,
    settings: body.settings,
    enabled: repeatsInactive(sent) || (body.enabled ?? true),
    groupRestrictions: body.group_restrictions ?? [],
    roleRestrictions: body.role_restrictions ?? null,
  };
  return { fields, ignored };
};

/**
 * While its job has not succeeded, an installation is shown as not enabled, whatever the admin wants. Who sends back all
 * that was shown, here or to another account, does not mean by it that it shall stay off.
 */
const repeatsInactive = ({
  enabled,
  pending_installation: pending,
  state,
}: Partial<Record<'enabled' | 'pending_installation' | 'state', unknown>>): boolean =>
  enabled === false && (pending === true || state === 'pending' || state === 'failed');
