import { Router, type Request } from 'express';
import type { Deps } from '../../../deps.ts';
import { deleteApp } from '../../../use-cases/delete-app.ts';
import { listRoles } from '../../../use-cases/environments/list-roles.ts';
import { actorOf, allow } from '../../auth.ts';
import { createBaseUrl } from '../../base-url.ts';
import { answerOnce } from '../../idempotency.ts';
import { acceptJson } from '../../json-body.ts';
import { parse } from '../../parse.ts';
import { addCustomApp } from './add-custom-app.ts';
import { changeCustomApp } from './change-custom-app.ts';
import { CONTINUATION_KEYS } from './continuation.ts';
import { sendCustomApps } from './custom-app-page.ts';
import { environmentOf } from './environment.ts';
import { getCustomApp, knownAs } from './find-custom-app.ts';
import { KIND } from './kind.ts';
import { newCustomApp } from './new-custom-app.ts';
import { operations } from './operations.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { presentCustomApp } from './present.ts';
import { REFERENCE_PATHS, referenceOf } from './reference.ts';
import { createRoleBook } from './role-references.ts';

/** Custom apps of an environment, which has been loaded. */
export const customAppRoutes = (deps: Deps): Router => {
  const router = Router();
  const baseUrlOf = createBaseUrl(deps.config);
  const keys = deps.cipher.keysFor(CONTINUATION_KEYS);

  router.get('/', async (req, res) => {
    const input = { environment: environmentOf(res), keys, token: tokenOf(req), baseUrl: baseUrlOf(req) };
    await sendCustomApps(deps, { req, res }, input);
  });

  router.post('/', allow('admin'), acceptJson(), async (req, res) => {
    const environment = environmentOf(res);
    const body = parse(newCustomApp, req.body);
    const fields = { environmentId: environment.environmentId, ...body };
    const headers = ({ id }: { id: string }) => ({ Location: `${baseUrlOf(req)}${req.baseUrl}/${id}` });
    await answerOnce(deps, { req, res }, { route: 'kontent: add', fields, headers }, async (within) => {
      const book = createRoleBook(body.allowed_roles.length > 0 ? await listRoles(within, environment) : []);
      const app = await addCustomApp(within, { actor: actorOf(req, res), environment, body, book });
      return { status: 201, body: presentCustomApp(app) };
    });
  });

  router.get(REFERENCE_PATHS, async (req, res) => {
    res.json(presentCustomApp(await getCustomApp(deps, environmentOf(res), referenceOf(req))));
  });

  router.patch(REFERENCE_PATHS, allow('admin'), acceptJson({ anyValue: true }), async (req, res) => {
    const environment = environmentOf(res);
    const reference = referenceOf(req);
    const steps = parse(operations, req.body);
    const book = createRoleBook(
      steps.some(({ property }) => property === 'allowed_roles') ? await listRoles(deps, environment) : [],
    );
    const app = await changeCustomApp(deps, { actor: actorOf(req, res), environment, reference, steps, book });
    res.json(presentCustomApp(app));
  });

  router.delete(REFERENCE_PATHS, allow('admin'), async (req, res) => {
    const environment = environmentOf(res);
    const reference = referenceOf(req);
    const { id } = await getCustomApp(deps, environment, reference);
    const deleted = deleteApp(deps, {
      accountId: environment.accountId,
      actor: actorOf(req, res),
      id,
      kind: KIND,
    });
    await deleted.catch(knownAs(reference));
    res.status(204).end();
  });

  router.all('/', refuseOtherMethods('GET', 'HEAD', 'POST'));
  router.all(REFERENCE_PATHS, refuseOtherMethods('GET', 'HEAD', 'PATCH', 'DELETE'));
  return router;
};

/** In the header, or in the query as in `next_page`. An empty one is none. */
const tokenOf = (req: Request): string | undefined => {
  const asked = req.get('x-continuation') || req.query['continuationToken'];
  if (asked === undefined || asked === '') return undefined;
  return typeof asked === 'string' ? asked : 'several';
};
