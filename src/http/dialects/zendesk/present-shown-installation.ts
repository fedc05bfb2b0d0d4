import type { App } from '../../../db/apps.ts';
import type { Installation } from '../../../db/installations.ts';
import { isServable, type Viewer } from '../../../domain/restrictions.ts';
import { formatTime } from './format.ts';
import { noSubscription, presentSettings, presentState, texts } from './present-installation.ts';

export interface ShownInstallation {
  installation: Installation;
  app: App;
  /** Of the account; null when it has no admin. */
  ownerEmail: string | null;
  /** Of the request. */
  locale: string;
  viewer: Viewer;
}

/**
 * "Show App Installation" has a shape of its own.
 *
 * `require_oauth_subdomain` is always false: neither the vendor's package rules nor its documents say how an app's OAuth
 * addresses would ask for a subdomain setting.
 */
export const presentShownInstallation = ({ installation, app, ownerEmail, locale, viewer }: ShownInstallation) => {
  const { definition } = app;
  return {
    id: installation.id,
    app_id: installation.appId,
    // Billable agents: every app is free here.
    agent_count: 0,
    app_installation_count: null,
    author_email: definition.author.email,
    email: ownerEmail,
    framework_versions: { current: definition.frameworkVersion, version: definition.frameworkVersion },
    group_restrictions: texts(installation.groupRestrictions),
    role_restrictions: texts(installation.roleRestrictions ?? []),
    has_custom_object_requirements: definition.requiresCustomObjects,
    has_incomplete_subscription: noSubscription.has_incomplete_subscription,
    has_oauth_client: definition.oauth !== null,
    has_unpaid_subscription: noSubscription.has_unpaid_subscription,
    installed_at: formatTime(installation.createdAt),
    locale,
    locations: definition.locations
      .filter(({ product }) => product === installation.product)
      .map(({ name }) => ({ name, visible: isServable(installation, viewer) })),
    marketing_only: definition.marketingOnly,
    new_installation: installation.state === 'pending',
    obsolete: app.obsolete,
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
    ...presentState(installation),
  };
};
