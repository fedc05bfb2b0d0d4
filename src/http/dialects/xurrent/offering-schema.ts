import type { z } from 'zod';
import { problemOfUrl } from '../../../domain/delivery-request.ts';
import { signingAlgorithms } from '../../../domain/delivery-claims.ts';
import { lenientBody } from '../../parse.ts';
import { attachmentList } from './attachment-input.ts';
import { audience, bytes, checked, choice, field, flag, line, minutes, reference, required } from './coerce.ts';
import { MAX_REFERENCE } from './offering-reference.ts';

const MAX_TEXT = 65_536;
/** Of an address, or of a small picture itself: a page of 100 offerings is put together in memory. */
const MAX_PICTURE = 262_144;

const DATA_PICTURE = /^data:image\/(png|jpe?g|gif|webp|svg\+xml)(;[\w=-]+)*,[\w%.~!$&'()*+,;=:@/?-]*$/i;

/** Pages show these: `javascript:` and the like would run in the page around it. */
const webAddress = (text: string): string | undefined =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !/\s/.test(text)
    ? undefined
    : 'must be an address that begins with https:// or http://';

const pictureAddress = (text: string): string | undefined =>
  DATA_PICTURE.test(text) || webAddress(text) === undefined
    ? undefined
    : 'must be an address of a picture, or a data: URL of one (png, jpeg, gif, webp, svg+xml)';

/** Any account may stand there: one that is all digits makes other host names than one of letters. */
const SAMPLE_ACCOUNTS = ['account', '999'];

export const fillTemplate = (template: string, account: string): string =>
  template.replaceAll('{account}', encodeURIComponent(account));

const template = (text: string): string | undefined =>
  SAMPLE_ACCOUNTS.map((account) => webAddress(fillTemplate(text, account))).find((fault) => fault !== undefined);

const webhookTemplate = (text: string): string | undefined =>
  template(text) ??
  SAMPLE_ACCOUNTS.map((one) => problemOfUrl(fillTemplate(text, one))).find((one) => one !== undefined);

const oneWord = (text: string): string | undefined => (/\s/u.test(text) ? 'must be without white space' : undefined);

const shape = {
  card_description: field(line(255)),
  compliance: field(bytes(MAX_TEXT)),
  compliance_attachments: attachmentList,
  configuration_uri_template: field(checked(line(255), template)),
  description: field(bytes(MAX_TEXT)),
  description_attachments: attachmentList,
  disabled: field(flag),
  features: field(bytes(MAX_TEXT)),
  features_attachments: attachmentList,
  name: required(line(128)),
  openid_connect_discovery: field(flag),
  picture_uri: field(checked(bytes(MAX_PICTURE), pictureAddress)),
  policy_jwt_alg: required(choice(...signingAlgorithms)),
  policy_jwt_audience: field(audience),
  policy_jwt_claim_expires_in: field(minutes),
  reference: field(checked(line(MAX_REFERENCE), oneWord)),
  requires_enabled_oauth_person: field(flag),
  service_instance_id: required(reference),
  source: field(line(30)),
  sourceID: field(line(128)),
  ui_extension_version_id: field(reference),
  webhook_uri_template: required(checked(line(255), webhookTemplate)),
};

/** What is given of an offering; null empties a field, what is left out stays. */
export const offeringBody = lenientBody(shape);
export type OfferingBody = z.infer<typeof offeringBody.schema>;

const REQUIRED = ['name', 'policy_jwt_alg', 'service_instance_id', 'webhook_uri_template'];

/** So that what is missing in a new record is named together with all else that is wrong. */
export const withRequired = (body: object, names: readonly string[] = REQUIRED): object => ({
  ...Object.fromEntries(names.map((name) => [name, null])),
  ...body,
});
