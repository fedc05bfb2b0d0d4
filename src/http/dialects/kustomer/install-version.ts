import type { CatalogueInstallation } from '../../../db/catalogue-installations.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { AppError } from '../../../errors.ts';
import { installApp } from '../../../use-cases/install-app.ts';
import { updateInstallation } from '../../../use-cases/update-installation.ts';
import { upgradeInstallation } from '../../../use-cases/upgrade-installation.ts';
import { getVersion } from './find-app.ts';
import { findInstalled, getInstalledApp } from './find-installed.ts';
import { installedStateOf } from './installed-state.ts';
import { KIND } from './kind.ts';
import type { AppVersion } from './names.ts';
import type { Organisation } from './organisation.ts';

export interface InstallInput {
  actor: Actor;
  organisation: Organisation;
  named: AppVersion;
  /** By the names of the parameters. */
  settings: Record<string, unknown>;
}

type Stores = Pick<Deps, 'db' | 'producer' | 'log' | 'cipher' | 'config' | 'metrics' | 'tracing'>;

/**
 * Gives an organisation a version of an app: installs it, or moves the installation that is there.
 *
 * @throws NotFoundError, InvalidRequestError
 */
export const installVersion = async (deps: Stores, input: InstallInput): Promise<CatalogueInstallation> => {
  const { organisation, named } = input;
  const { app, version } = await getVersion(deps, organisation, named);
  const target = { appId: app.id, versionId: version.id };
  const before = await findInstalled(deps, organisation.accountId, app.id);
  if (before) await change(deps, input, { before, versionId: version.id });
  else if (!(await install(deps, input, target))) {
    // Somebody was faster.
    const other = await findInstalled(deps, organisation.accountId, app.id);
    if (other) await change(deps, input, { before: other, versionId: version.id });
  }
  return getInstalledApp(deps, organisation.accountId, { appId: app.id, ...named });
};

/** False when it is installed already. */
const install = async (
  deps: Stores,
  { actor, organisation: { accountId }, settings }: InstallInput,
  { appId, versionId }: { appId: number; versionId: number },
): Promise<boolean> => {
  try {
    await installApp(deps, {
      accountId,
      actor,
      appId,
      appKind: KIND,
      version: { id: versionId },
      product: null,
      settings,
      mayLackSettings: true,
      enabled: true,
      groupRestrictions: [],
      roleRestrictions: null,
    });
    return true;
  } catch (err) {
    if (err instanceof AppError && err.code === 'already_installed') return false;
    throw err;
  }
};

/**
 * Asked for again, a version that is there or on its way is left alone, but for settings that come with it; one that
 * failed is tried again.
 */
const change = async (
  deps: Stores,
  { actor, organisation: { accountId }, settings }: InstallInput,
  { before, versionId }: { before: CatalogueInstallation; versionId: number },
): Promise<void> => {
  const state = installedStateOf(before);
  const isUnderWay = state === 'installing' || state === 'upgrading';
  const aim = isUnderWay ? (before.jobVersionId ?? before.versionId) : before.versionId;
  const isThere = aim === versionId && state !== 'install_failed';
  const hasSettings = Object.keys(settings).length > 0;
  if (isThere && !hasSettings) return;
  const { id } = before;
  // The settings of a version that is on its way are for its parameters, not for those of the one that runs.
  if (!isThere || state === 'upgrading') {
    await upgradeInstallation(deps, { accountId, actor, id, versionId, settings, mayLackSettings: true });
    return;
  }
  const unchanged = { appId: undefined, enabled: undefined, groupRestrictions: undefined, roleRestrictions: undefined };
  await updateInstallation(deps, { accountId, actor, id, kind: KIND, settings, ...unchanged });
};
