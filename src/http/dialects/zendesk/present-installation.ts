import type { Installation } from '../../../db/installations.ts';
import { isActive, isServable, type Restriction, type Viewer } from '../../../domain/restrictions.ts';
import { effectiveSettings, missingSettingNames, type Scalar } from '../../../domain/settings.ts';
import { formatCompactTime, formatTime } from './format.ts';

/** Plans and payments are the vendor's business and not ours; its clients find the fields all the same. */
export const noSubscription = {
  has_incomplete_subscription: false,
  has_unpaid_subscription: null,
  paid: null,
  plan_information: { name: null },
  recurring_payment: false,
  stripe_account: null,
  stripe_publishable_key: null,
  stripe_subscription_id: null,
};

/** @param viewer who asks: whether they can use the installation is part of the answer. */
export const presentInstallation = (installation: Installation, viewer: Viewer) => {
  const settings = presentSettings(installation);
  return {
    id: installation.id,
    app_id: installation.appId,
    product: installation.product,
    collapsible: true,
    enabled: isActive(installation),
    servable: isServable(installation, viewer),
    pending_installation: installation.state === 'pending',
    // A text in every answer: clients poll it without looking.
    pending_job_id: installation.jobId,
    group_restrictions: texts(installation.groupRestrictions),
    role_restrictions: installation.roleRestrictions && texts(installation.roleRestrictions),
    redirect_path: `/${installation.product}/apps/manage`,
    settings,
    settings_objects: Object.entries(settings).map(([name, value]) => ({ name, value })),
    ...noSubscription,
    created_at: formatTime(installation.createdAt),
    updated: formatCompactTime(installation.updatedAt),
    updated_at: formatTime(installation.updatedAt),
    ...presentState(installation),
  };
};

/** Ids, too, are texts here. */
export const texts = (restrictions: Restriction[]): string[] => restrictions.map(String);

/**
 * Ours, not the vendor's: what is the matter with an installation. One that lacks what a newer version requires says so
 * and goes on running.
 */
export const presentState = (installation: Installation) => {
  const missing = missingSettingNames(installation);
  return {
    state: installation.state === 'installed' && missing.length > 0 ? 'needs_settings' : installation.state,
    missing_settings: missing,
  };
};

/** The title under both its names, and every parameter with what it is worth now: null for no value, or a secret one. */
export const presentSettings = ({ title, parameters, settings }: Installation): Record<string, Scalar> => ({
  name: title,
  title,
  ...effectiveSettings(parameters, settings),
});
