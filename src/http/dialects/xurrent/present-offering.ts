import type { ListedApp } from '../../../db/catalogue-lists.ts';
import { withoutUrlSecrets, withoutUserinfo } from '../../../domain/public-url.ts';
import { showMoment } from './moment.ts';
import { nodeIdOf } from './node-id.ts';
import { offeringOf } from './offering.ts';

export interface Viewer {
  accountId: number;
  /** Of node ids. */
  domain: string;
}

export interface OfferingViewer extends Viewer {
  /** Of links, without a slash at its end. */
  base: string;
}

/** An account as others show it: its id is a text. */
export const accountReference = (subdomain: string) => ({ id: subdomain, name: subdomain });

/**
 * All fields, those that are empty as null; the account only where it is not the reader's own. Other accounts see no
 * user name or password in a URL, and no query of the webhook: it may hold a token.
 */
export const presentOffering = (
  app: ListedApp,
  { accountId, domain, base }: OfferingViewer,
): Record<string, unknown> => {
  const offering = offeringOf(app);
  const foreign = app.accountId !== accountId;
  const page = (url: string | null) => (foreign && url !== null ? withoutUserinfo(url) : url);
  const account = foreign ? { account: accountReference(app.owner) } : {};
  return {
    id: app.id,
    nodeID: nodeIdOf(domain, 'AppOffering', app.id),
    sourceID: offering.sourceID,
    source: offering.source,
    ...account,
    reference: app.key,
    name: offering.name,
    card_description: offering.card_description,
    configuration_uri_template: page(offering.configuration_uri_template),
    compliance: offering.compliance,
    description: offering.description,
    features: offering.features,
    disabled: offering.disabled,
    openid_connect_discovery: offering.openid_connect_discovery,
    picture_uri: page(offering.picture_uri),
    policy_jwt_alg: offering.policy_jwt_alg,
    policy_jwt_audience: offering.policy_jwt_audience,
    policy_jwt_claim_expires_in: offering.policy_jwt_claim_expires_in,
    requires_enabled_oauth_person: offering.requires_enabled_oauth_person,
    service_instance: { ...offering.service_instance, ...account },
    ui_extension_version: offering.ui_extension_version && { ...offering.ui_extension_version, ...account },
    webhook_uri_template: foreign ? withoutUrlSecrets(offering.webhook_uri_template) : offering.webhook_uri_template,
    attachments: (offering.attachments ?? []).map((one) => ({
      id: one.id,
      field: one.field,
      key: one.key,
      name: one.name,
      size: one.size,
      inline: one.inline,
      uri: `${base}/v1/app_offerings/${app.id}/attachments/${one.id}`,
      created_at: one.created_at,
    })),
    created_at: showMoment(app.createdAt),
    updated_at: showMoment(app.updatedAt),
  };
};
