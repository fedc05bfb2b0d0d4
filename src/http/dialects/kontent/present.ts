import type { CatalogueApp } from '../../../db/catalogue.ts';
import type { EnvironmentRole } from '../../../use-cases/environments/list-roles.ts';
import { customAppOf } from './custom-app.ts';

export const presentCustomApp = (app: CatalogueApp) => {
  const { name, codename, source_url, config, allowed_roles, display_mode } = customAppOf(app);
  return {
    id: app.externalId,
    name,
    codename,
    source_url,
    config,
    allowed_roles: allowed_roles.map((id) => ({ id })),
    display_mode,
  };
};

export const presentRole = ({ id, name, codename }: EnvironmentRole) => ({ id, name, codename });
