import type { App } from '../../../db/apps.ts';
import type { Installation } from '../../../db/installations.ts';
import { settingOf, type Scalar } from '../../../domain/settings.ts';
import { formatCompactTime, formatTime } from './format.ts';

/** Plans and payments are the vendor's business and not ours; its clients find the fields all the same. */
const noSubscription = {
  has_incomplete_subscription: false,
  has_unpaid_subscription: null,
  paid: null,
  plan_information: { name: null },
  recurring_payment: false,
  stripe_account: null,
  stripe_publishable_key: null,
  stripe_subscription_id: null,
};

/** Active: wanted, and nothing left to provision. */
const isActive = ({ enabled, state }: Installation): boolean => enabled && state === 'installed';

export const presentInstallation = (installation: Installation) => {
  const settings = presentSettings(installation);
  return {
    id: installation.id,
    app_id: installation.appId,
    product: installation.product,
    collapsible: true,
    enabled: isActive(installation),
    servable: isActive(installation),
    pending_installation: installation.state === 'pending',
    // A text in every answer: clients poll it without looking.
    pending_job_id: installation.jobId,
    group_restrictions: installation.groupRestrictions,
    role_restrictions: installation.roleRestrictions,
    redirect_path: `/${installation.product}/apps/manage`,
    settings,
    settings_objects: Object.entries(settings).map(([name, value]) => ({ name, value })),
    ...noSubscription,
    created_at: formatTime(installation.createdAt),
    updated: formatCompactTime(installation.updatedAt),
    updated_at: formatTime(installation.updatedAt),
  };
};

/** The title under both its names, and every parameter: null where there is no value, or a secure one. */
const presentSettings = ({ title, parameters, settings }: Installation): Record<string, Scalar> => ({
  name: title,
  title,
  ...Object.fromEntries(
    parameters.map(({ name, secure }) => [name, secure ? null : (settingOf(settings, name) ?? null)]),
  ),
});

/** "Show App Installation" has a shape of its own. */
export const presentShownInstallation = (installation: Installation, app: App, ownerEmail: string | null) => {
  const { definition } = app;
  return {
    id: installation.id,
    app_id: installation.appId,
    agent_count: 0,
    app_installation_count: null,
    author_email: definition.author.email,
    email: ownerEmail,
    framework_versions: { current: definition.frameworkVersion, version: definition.frameworkVersion },
    group_restrictions: installation.groupRestrictions,
    role_restrictions: installation.roleRestrictions ?? [],
    has_custom_object_requirements: definition.requiresCustomObjects,
    has_incomplete_subscription: noSubscription.has_incomplete_subscription,
    has_oauth_client: definition.oauth !== null,
    has_unpaid_subscription: noSubscription.has_unpaid_subscription,
    installed_at: formatTime(installation.createdAt),
    locale: definition.defaultLocale,
    locations: definition.locations
      .filter(({ product }) => product === installation.product)
      .map(({ name }) => ({ name, visible: isActive(installation) })),
    marketing_only: definition.marketingOnly,
    new_installation: installation.state === 'pending',
    obsolete: false,
    paid: noSubscription.paid,
    plan_id: null,
    require_category_terms: false,
    require_oauth_subdomain: false,
    settings: [presentSettings(installation)],
    supports_group_restrictions: true,
    supports_role_restrictions: true,
    third_party_paid: false,
    version: definition.version,
    zendesk_labs_license_url: null,
  };
};
