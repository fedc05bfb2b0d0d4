import { Router } from 'express';
import type { Deps } from '../../../deps.ts';
import { listRoles, readRoles } from '../../../use-cases/environments/list-roles.ts';
import { mapChunks, sendList } from '../../send-list.ts';
import { environmentOf } from './environment.ts';
import { notFound } from './not-found.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { presentRole } from './present.ts';
import { REFERENCE_PATHS, referenceOf } from './reference.ts';

/** Read only: roles are made by the command line. */
export const roleRoutes = (deps: Pick<Deps, 'db' | 'log'>): Router => {
  const router = Router();

  router.get('/', async (req, res) => {
    const items = mapChunks(readRoles(deps, environmentOf(res)), (roles) => roles.map(presentRole));
    await sendList(deps, { req, res }, { head: '{"roles":[', tail: () => ']}' }, items);
  });

  router.get(REFERENCE_PATHS, async (req, res) => {
    const { by, value } = referenceOf(req);
    const roles = by === undefined ? [] : await listRoles(deps, environmentOf(res));
    const role = roles.find((one) => by !== undefined && one[by] === value);
    if (!role) throw notFound('role', value);
    res.json(presentRole(role));
  });

  router.all(['/', ...REFERENCE_PATHS], refuseOtherMethods('GET', 'HEAD'));
  return router;
};
