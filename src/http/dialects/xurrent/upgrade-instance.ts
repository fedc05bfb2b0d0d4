import type { SharedInstallation } from '../../../db/installation-lists.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { invalidField } from '../../../errors.ts';
import { upgradeInstallation } from '../../../use-cases/upgrade-installation.ts';
import { findOffering } from './find-offering.ts';

/**
 * Asks for the version that was published last, also when the offering may no longer be installed.
 *
 * @throws InvalidRequestError when none was published that the account sees.
 */
export const upgradeInstance = async (
  deps: Deps,
  { actor, row: { id, accountId, appId } }: { actor: Actor; row: SharedInstallation },
): Promise<void> => {
  const app = await findOffering(deps, { accountId, id: appId }, ['released']);
  if (!app) throw invalidField('app_offering', 'has no published version');
  await upgradeInstallation(deps, { accountId, actor, id, versionId: app.versionId, settings: {} });
};
