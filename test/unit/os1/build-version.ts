import type { CatalogueApp, CatalogueVersion } from '../../../src/db/catalogue.ts';
import type { AppAttributes } from '../../../src/http/dialects/os1/attributes.ts';
import type { State } from '../../../src/http/dialects/os1/lifecycle.ts';

export const attributes: AppAttributes = {
  displayName: 'Vehicle Tracker',
  type: 'WEB',
  listingId: 'vehicle-tracker',
  isConsoleCompatible: true,
};

/** `2.0.0` has the id 2 and the external id `v2`. */
export const buildVersion = (version: string, state: State, more: Partial<AppAttributes> = {}): CatalogueVersion => {
  const id = Number(version.split('.')[0]);
  const createdAt = new Date(0);
  return { id, appId: 7, externalId: `v${id}`, version, state, attributes: { ...attributes, ...more }, createdAt };
};

/** The first version is the current one. */
export const buildApp = (versions: CatalogueVersion[]): CatalogueApp => ({
  id: 7,
  accountId: 1,
  owner: 'acme',
  kind: 'os1',
  key: attributes.listingId,
  externalId: 'app',
  name: attributes.displayName,
  visibility: 'private',
  visibleTo: null,
  hiddenFrom: null,
  attributes: {},
  createdAt: new Date(0),
  updatedAt: new Date(0),
  current: versions[0]!,
});
