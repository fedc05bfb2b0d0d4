import { Router } from 'express';
import { readResources, type Resource } from '../../../db/resources.ts';
import type { Deps } from '../../../deps.ts';
import { getInstallation } from '../../../use-cases/get-installation.ts';
import { authenticate, userOf } from '../../auth.ts';
import { parse } from '../../parse.ts';
import { mapChunks, sendList } from '../../send-list.ts';
import { formatTime } from './format.ts';
import { APP_KIND } from './kind.ts';
import { idParams } from './schema.ts';

/** Twice what the package rules let one version have: what older versions required stays. */
const MOST_REQUIREMENTS = 10_000;

/** What was provisioned for an installation. What its job has not come to yet is not there: poll the job for that. */
export const requirementRoutes = (deps: Deps): Router => {
  const router = Router();

  router.get('/:id/requirements', authenticate(deps), async (req, res) => {
    const { id } = parse(idParams, req.params);
    const { accountId } = userOf(res);
    await getInstallation(deps.db, { accountId, id, kind: APP_KIND });
    const chunks = readResources(deps.db, { accountId, installationId: id, limit: MOST_REQUIREMENTS });
    const items = mapChunks(chunks, (resources) => resources.map(presentRequirement));
    await sendList(deps, { req, res }, { head: '{"requirements":[', tail: () => ']}' }, items);
  });

  return router;
};

const presentRequirement = (resource: Resource) => ({
  requirement_id: resource.id,
  requirement_type: resource.type,
  identifier: resource.identifier,
  account_id: resource.accountId,
  // Ours, not the vendor's.
  installation_id: resource.installationId,
  created_at: formatTime(resource.createdAt),
  // Nothing changes one once it is there.
  updated_at: formatTime(resource.createdAt),
});
