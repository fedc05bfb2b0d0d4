import type { CatalogueInstallation } from '../../../db/catalogue-installations.ts';
import { installedStateOf, targetVersionOf } from './installed-state.ts';

/** What an organisation has installed, and how far it is. */
export const presentInstalled = (installation: CatalogueInstallation) => {
  const { id, key, version, title, enabled, jobId, jobState, jobMessage, createdAt, updatedAt } = installation;
  const { missingSettings } = installation;
  return {
    type: 'app',
    id: String(id),
    attributes: {
      app: key,
      version,
      targetVersion: targetVersionOf(installation),
      title,
      state: installedStateOf(installation),
      enabled,
      missingSettings,
      job: { id: jobId, state: jobState, message: jobMessage },
      createdAt,
      updatedAt,
    },
    links: {
      self: `/v1/apps/${key!}-${version!}`,
      available: `/v1/apps/available/${key!}-${version!}`,
      job: `/api/appyard/v1/jobs/${jobId}`,
    },
  };
};
