import type { CatalogueInstallation } from '../../../db/catalogue-installations.ts';

export type InstalledState =
  'installing' | 'installed' | 'needs_settings' | 'upgrading' | 'install_failed' | 'disabled';

type Known = Pick<CatalogueInstallation, 'state' | 'enabled' | 'jobState' | 'jobVersionId' | 'missingSettings'>;

/** Whether a job is on its way to a version, or has failed on it. */
const isUpgrade = ({ jobVersionId }: Known): boolean => jobVersionId !== null;

const isRunning = ({ jobState }: Known): boolean => jobState === 'queued' || jobState === 'working';

/**
 * What an installation is called here. After a failed upgrade it runs on what it had, and is `install_failed` all the
 * same: that is what the vendor's clients wait for. Disabled is said last: it changes nothing of how a job ended.
 */
export const installedStateOf = (installation: Known): InstalledState => {
  const { state, enabled, jobState, missingSettings } = installation;
  if (isUpgrade(installation) && isRunning(installation)) return state === 'installed' ? 'upgrading' : 'installing';
  if (state === 'pending') return 'installing';
  if (state === 'failed') return 'install_failed';
  if (isUpgrade(installation) && (jobState === 'failed' || jobState === 'killed')) return 'install_failed';
  if (!enabled) return 'disabled';
  return missingSettings.length > 0 ? 'needs_settings' : 'installed';
};

/** The version that it is on its way to, though it may be there, or did not get to; null: it is where it was to be. */
export const targetVersionOf = (
  installation: Known & Pick<CatalogueInstallation, 'versionId' | 'jobVersion'>,
): string | null => {
  const { jobVersionId, versionId, jobVersion, jobState } = installation;
  if (isRunning(installation)) return jobVersion;
  return jobState !== 'completed' && jobVersionId !== versionId ? jobVersion : null;
};
