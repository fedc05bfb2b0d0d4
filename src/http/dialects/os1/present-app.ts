import type { CatalogueApp, CatalogueVersion } from '../../../db/catalogue.ts';
import { withoutUserinfo } from '../../../domain/public-url.ts';
import { attributesOf, type AppAttributes, type AppVisibility } from './attributes.ts';
import { stateOf } from './find-version.ts';
import { actionsFrom } from './lifecycle.ts';
import { redirectUrlOf } from './redirect-url.ts';

/** What an app of this door has besides its versions. */
export interface Registration {
  organizationId: string;
  teamId: string;
}

// Nobody but this door writes them.
const registrationOf = ({ attributes }: CatalogueApp): Registration => attributes as unknown as Registration;

export interface PresentOptions {
  /** Of this server. */
  host: string;
  /** Whether it is shown to its own account or to a reviewer; others see less. */
  own: boolean;
}

/** What everybody sees of a version who sees the app. */
const shared = (app: CatalogueApp, version: CatalogueVersion) => {
  const attributes = attributesOf(version);
  return {
    appId: app.externalId,
    appVersionId: version.externalId,
    version: version.version,
    state: stateOf(version),
    organizationId: registrationOf(app).organizationId,
    createdAt: version.createdAt.toISOString(),
    type: attributes.type,
    listingId: attributes.listingId,
    displayName: attributes.displayName,
    isConsoleCompatible: attributes.isConsoleCompatible,
    shortDescription: attributes.shortDescription,
    longDescription: attributes.longDescription,
    categories: attributes.categories,
    menu: attributes.menu,
    packageName: attributes.packageName,
  };
};

/** Attributes that are not there are left out. */
export const presentVersion = (app: CatalogueApp, version: CatalogueVersion, { host, own }: PresentOptions) => {
  const attributes = attributesOf(version);
  const { server: _server, gitInfo: _gitInfo, ...publicUrls } = attributes.url ?? {};
  const urls = Object.entries(publicUrls).map(([name, url]) => [name, withoutUserinfo(url)]);
  const url = urls.length > 0 ? Object.fromEntries(urls) : undefined;
  // Which organizations were shut out is nobody's business, and where the developer's servers are neither.
  if (!own) {
    const menu = attributes.menu?.map((item) => ({ ...item, relativePath: withoutUserinfo(item.relativePath) }));
    return { ...shared(app, version), menu, visibility: { isPrivate: false }, url };
  }
  return {
    ...shared(app, version),
    teamId: registrationOf(app).teamId,
    actions: actionsFrom(stateOf(version)),
    visibility: attributes.visibility,
    url: attributes.url,
    redirectUrl: redirectUrlOf(attributes, { host, organization: app.owner }),
  };
};

/** An app is shown as its current version, with the versions that it has. */
export const presentApp = (app: CatalogueApp, versions: readonly CatalogueVersion[], options: PresentOptions) => ({
  ...presentVersion(app, app.current, options),
  createdAt: app.createdAt.toISOString(),
  updatedAt: app.updatedAt.toISOString(),
  versions: versions.map((one) => ({
    appVersionId: one.externalId,
    version: one.version,
    state: stateOf(one),
    createdAt: one.createdAt.toISOString(),
  })),
});

/** What a list shows: not what can be long, which adds up. */
export const LISTED_ATTRIBUTES: readonly (keyof AppAttributes | keyof Registration)[] = [
  'organizationId',
  'teamId',
  'displayName',
  'type',
  'listingId',
  'isConsoleCompatible',
  'visibility',
  'shortDescription',
  'categories',
  'packageName',
];

/** An app in a list, as its current version. @param app with {@link LISTED_ATTRIBUTES} at the least. */
export const presentListed = (app: CatalogueApp, options: PresentOptions) => {
  const version = presentVersion(app, app.current, options);
  if (version.visibility === undefined) return version;
  const { orgIdentifiers: _, ...visibility }: AppVisibility = version.visibility;
  return { ...version, visibility };
};
