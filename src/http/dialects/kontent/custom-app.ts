import type { CatalogueApp } from '../../../db/catalogue.ts';
import type { AuditState } from '../../../domain/audit.ts';
import { withoutUrlSecrets } from '../../../domain/public-url.ts';

export const displayModes = ['fullScreen', 'dialog'] as const;
export type DisplayMode = (typeof displayModes)[number];

/** What clients set of a custom app, under the names that they know. */
export interface CustomApp {
  name: string;
  codename: string;
  source_url: string;
  config: string | null;
  /** Ids, each once; empty: everyone may use it. */
  allowed_roles: string[];
  display_mode: DisplayMode;
}

/** Of the catalogue, unique among all apps of this door. Neither part holds a slash. */
export const keyOf = (environmentId: string, codename: string): string => `${environmentId}/${codename}`;

/** A custom app as the catalogue keeps it. */
export const catalogued = (environmentId: string, app: CustomApp) => ({
  key: keyOf(environmentId, app.codename),
  name: app.name,
  attributes: {
    environmentId,
    codename: app.codename,
    sourceUrl: app.source_url,
    config: app.config,
    allowedRoles: app.allowed_roles,
    displayMode: app.display_mode,
  },
});

type Stored = ReturnType<typeof catalogued>['attributes'];

// Nobody but this door writes them.
const storedOf = ({ attributes }: CatalogueApp): Stored => attributes as Stored;

export const environmentIdOf = (app: CatalogueApp): string => storedOf(app).environmentId;

export const customAppOf = (app: CatalogueApp): CustomApp => {
  const { codename, sourceUrl, config, allowedRoles, displayMode } = storedOf(app);
  return {
    name: app.name,
    codename,
    source_url: sourceUrl,
    config,
    allowed_roles: allowedRoles,
    display_mode: displayMode,
  };
};

/** For the audit log. A configuration may hold keys of other systems, and so may the query of the address. */
export const describeCustomApp = (app: CatalogueApp): AuditState => {
  const { environmentId, codename, sourceUrl, config, allowedRoles, displayMode } = storedOf(app);
  return {
    name: app.name,
    environment: environmentId,
    codename,
    sourceUrl: withoutUrlSecrets(sourceUrl),
    config: config === null ? null : '(hidden)',
    allowedRoles,
    displayMode,
  };
};
