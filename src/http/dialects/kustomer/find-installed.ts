import { listCatalogueInstallations, type CatalogueInstallation } from '../../../db/catalogue-installations.ts';
import type { Deps } from '../../../deps.ts';
import { notFound } from './find-app.ts';
import { KIND } from './kind.ts';
import { namespaced, type AppVersion } from './names.ts';
import { mayRead, type Organisation } from './organisation.ts';

/** The organisation's installation of an app; it has one at the most. */
export const findInstalled = async (
  { db }: Pick<Deps, 'db'>,
  accountId: number,
  appId: number,
): Promise<CatalogueInstallation | undefined> =>
  (await listCatalogueInstallations(db, { accountId, kind: KIND, appId, limit: 1 }))[0];

/** @throws NotFoundError when it was removed a moment ago. */
export const getInstalledApp = async (
  deps: Pick<Deps, 'db'>,
  accountId: number,
  { appId, name, version }: { appId: number } & AppVersion,
): Promise<CatalogueInstallation> => {
  const installed = await findInstalled(deps, accountId, appId);
  if (!installed) throw notFound('installed app', `${name}-${version}`);
  return installed;
};

/**
 * What is installed under a name. `latest` means whichever version it is. An app that is shown to nobody any more stays
 * installed, so the installations are asked, not the catalogue.
 *
 * @throws NotFoundError
 */
export const getInstalled = async (
  { db }: Pick<Deps, 'db'>,
  organisation: Organisation,
  { name, version }: AppVersion,
): Promise<CatalogueInstallation> => {
  const { accountId, organisationId } = organisation;
  const keys = [namespaced(name, organisationId), name].filter((key) => mayRead(organisation, key));
  for (const key of new Set(keys)) {
    const [installed] = await listCatalogueInstallations(db, { accountId, kind: KIND, key, limit: 1 });
    if (installed && (version === 'latest' || installed.version === version)) return installed;
  }
  throw notFound('installed app', `${name}-${version}`);
};
