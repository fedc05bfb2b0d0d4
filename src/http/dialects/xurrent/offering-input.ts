import type { Deps } from '../../../deps.ts';
import { InvalidRequestError } from '../../../errors.ts';
import { findAttachments, type Attached } from './attachment-input.ts';
import type { OfferingBody } from './offering-schema.ts';
import { ATTACHMENT_FIELDS, replaceAttachments, type Offering } from './offering.ts';
import { findReference, serviceInstances, uiExtensionVersions, type SmallResource } from './records.ts';
import type { Reference } from './reference-object.ts';
import type { OfferingChange } from './write-offering.ts';

const nothing = {
  card_description: null,
  compliance: null,
  configuration_uri_template: null,
  description: null,
  disabled: false,
  features: null,
  openid_connect_discovery: false,
  picture_uri: null,
  policy_jwt_audience: null,
  policy_jwt_claim_expires_in: null,
  requires_enabled_oauth_person: false,
  source: null,
  sourceID: null,
  ui_extension_version: null,
} satisfies Partial<Offering>;

interface Found {
  service_instance?: Reference;
  ui_extension_version?: Reference | null;
}

const FIELDS = ['service_instance_id', 'ui_extension_version_id', ...ATTACHMENT_FIELDS] as const;

/** @throws InvalidRequestError that names each reference to what the account does not have. */
const findReferences = async (
  deps: Pick<Deps, 'db'>,
  accountId: number,
  body: Pick<OfferingBody, (typeof FIELDS)[number]>,
): Promise<{ references: Found; attached: Attached }> => {
  const problems: Record<string, string[]> = {};
  const find = async (
    name: 'service_instance_id' | 'ui_extension_version_id',
    resource: SmallResource,
  ): Promise<Reference | null | undefined> => {
    const id = body[name];
    if (id === undefined || id === null) return id;
    const reference = await findReference(deps, resource, { accountId, id });
    if (!reference) problems[name] = [`there is no ${resource.type} ${id} in this account`];
    return reference;
  };
  const service = await find('service_instance_id', serviceInstances);
  const extension = await find('ui_extension_version_id', uiExtensionVersions);
  const named = Object.fromEntries(ATTACHMENT_FIELDS.map((name) => [name, body[name]]));
  const attached = await findAttachments(deps, accountId, named, (name, problem) => {
    problems[name] = [...(problems[name] ?? []), problem];
  });
  if (Object.keys(problems).length > 0) throw new InvalidRequestError('There are no such records.', problems);
  const references = {
    ...(service && { service_instance: service }),
    ...(extension !== undefined && { ui_extension_version: extension }),
  };
  return { references, attached };
};

/** Members of the body that are kept as they are. */
const keptOf = (body: OfferingBody): Partial<Offering> =>
  Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) =>
        value !== undefined && (name in nothing || OTHERS.has(name)) && name !== 'ui_extension_version',
    ),
  ) as Partial<Offering>;

const OTHERS = new Set(['name', 'policy_jwt_alg', 'webhook_uri_template']);

/** A whole offering, out of a body that has everything that it must have. */
export const newOfferingOf = async (
  deps: Pick<Deps, 'db'>,
  accountId: number,
  body: OfferingBody,
): Promise<Offering & { reference: string | null }> => {
  const { references, attached } = await findReferences(deps, accountId, body);
  const attachments = replaceAttachments([], attached);
  const offering = { ...nothing, ...keptOf(body), ...references, attachments, reference: body.reference ?? null };
  // The schema has refused a body without them.
  return offering as Offering & { reference: string | null };
};

/** What a body changes. */
export const offeringChangeOf = async (
  deps: Pick<Deps, 'db'>,
  accountId: number,
  body: OfferingBody,
): Promise<OfferingChange> => {
  if (body.reference === null)
    throw new InvalidRequestError("reference: can't be blank", { reference: ["can't be blank"] });
  const { references, attached } = await findReferences(deps, accountId, body);
  return {
    ...keptOf(body),
    ...references,
    ...(Object.keys(attached).length > 0 && { attached }),
    ...(body.reference !== undefined && { reference: body.reference }),
  };
};
