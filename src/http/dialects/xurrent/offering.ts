import type { CatalogueApp, CatalogueVersion } from '../../../db/catalogue.ts';
import type { AuditState } from '../../../domain/audit.ts';
import { withoutUrlSecrets } from '../../../domain/public-url.ts';
import type { SigningAlgorithm } from '../../../domain/delivery-claims.ts';
import type { Reference } from './reference-object.ts';

/** The texts that have attachments, by the fields that name these. */
export const ATTACHMENT_FIELDS = ['compliance_attachments', 'description_attachments', 'features_attachments'] as const;
export type AttachmentField = (typeof ATTACHMENT_FIELDS)[number];

/** An uploaded file that is attached to a text. */
export interface OfferingAttachment {
  id: number;
  field: AttachmentField;
  key: string;
  name: string;
  size: number;
  inline: boolean;
  created_at: string;
}

/** What is kept of an app offering, under the vendor's names. Its reference is its key in the catalogue. */
export interface Offering {
  /** Undefined: it was written before there were attachments. */
  attachments?: OfferingAttachment[];
  card_description: string | null;
  compliance: string | null;
  configuration_uri_template: string | null;
  description: string | null;
  disabled: boolean;
  features: string | null;
  name: string;
  openid_connect_discovery: boolean;
  picture_uri: string | null;
  policy_jwt_alg: SigningAlgorithm;
  policy_jwt_audience: string | null;
  policy_jwt_claim_expires_in: number | null;
  requires_enabled_oauth_person: boolean;
  service_instance: Reference;
  source: string | null;
  sourceID: string | null;
  ui_extension_version: Reference | null;
  webhook_uri_template: string;
}

// Nobody but this door writes them.
export const offeringOf = ({ attributes }: Pick<CatalogueApp, 'attributes'>): Offering =>
  attributes as unknown as Offering;

/**
 * What a published version says for good. Whether it may still be installed is not among it: that is so at once, for
 * all versions.
 */
export const snapshotOf = (offering: Offering): Omit<Offering, 'disabled'> => {
  const { disabled: _, ...said } = offering;
  return { attachments: [], ...said };
};

export const attachmentIdsOf = ({ attachments = [] }: Pick<Offering, 'attachments'>): number[] =>
  attachments.map(({ id }) => id);

/** A field that is given replaces what is there of it. */
export const replaceAttachments = (
  there: readonly OfferingAttachment[],
  given: Partial<Record<AttachmentField, OfferingAttachment[]>>,
): OfferingAttachment[] =>
  ATTACHMENT_FIELDS.flatMap((name) => given[name] ?? there.filter(({ field }) => field === name));

export const DRAFT = 'draft';
export const PUBLISHED = 'published';

export const publishedCount = (versions: readonly CatalogueVersion[]): number =>
  versions.filter(({ state }) => state === PUBLISHED).length;

/** For the audit log: without the long texts, and of the webhook without what may be a token. */
export const describeOffering = (app: CatalogueApp): AuditState => {
  const offering = offeringOf(app);
  return {
    name: offering.name,
    reference: app.key,
    disabled: offering.disabled,
    visibility: app.visibility,
    attachments: (offering.attachments ?? []).map(({ name }) => name),
    webhook: withoutUrlSecrets(offering.webhook_uri_template),
    policyAlgorithm: offering.policy_jwt_alg,
    policyAudience: offering.policy_jwt_audience,
    policyExpiresIn: offering.policy_jwt_claim_expires_in,
    discovery: offering.openid_connect_discovery,
    serviceInstance: offering.service_instance.id,
  };
};
