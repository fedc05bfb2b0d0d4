import { findUserById } from '../../../db/users.ts';
import type { SharedInstallation } from '../../../db/installation-lists.ts';
import type { Deps } from '../../../deps.ts';
import { InvalidRequestError, invalidField } from '../../../errors.ts';
import { withoutEchoes } from './echoes.ts';
import { findOffering } from './find-offering.ts';
import { CUSTOMERS, MAX_TEXT, MOST_FIELDS, PROVIDERS, type InstanceBody } from './instance-schema.ts';
import { instanceOf, type CustomField, type Instance } from './instance.ts';

/** @throws InvalidRequestError when a body names no offering that the account can see. */
export const installable = async (
  deps: Pick<Deps, 'db'>,
  accountId: number,
  { app_offering_id: id }: InstanceBody,
): Promise<{ appId: number; ownerId: number }> => {
  if (id === undefined || id === null) throw invalidField('app_offering_id', "can't be blank");
  const app = await findOffering(deps, { accountId, id }, ['draft', 'released']);
  if (!app) throw invalidField('app_offering_id', `there is no app offering ${id} that this account can install`);
  return { appId: app.id, ownerId: app.accountId };
};

/** @throws InvalidRequestError that names those of these fields that the body has. */
export const refuseFields = (body: InstanceBody, names: readonly (keyof InstanceBody)[], side: string): void => {
  const given = names.filter((name) => body[name] !== undefined);
  if (given.length === 0) return;
  const problems = Object.fromEntries(given.map((name) => [name, [`is set by ${side} only`]]));
  throw new InvalidRequestError(`${given.join(', ')}: set by ${side} only`, problems);
};

/**
 * Returns the fields of a body without those of the other side that repeat what is there: each side sets its own.
 *
 * @throws InvalidRequestError that names fields of the other side with other values.
 */
export const ownFields = (row: SharedInstallation, accountId: number, all: InstanceBody): InstanceBody => {
  const foreign = [...(row.ownerId === accountId ? [] : PROVIDERS), ...(row.accountId === accountId ? [] : CUSTOMERS)];
  const body = withoutEchoes(all, { ...instanceOf(row), enabled_by_customer: row.enabled }, foreign);
  if (body.app_offering_id !== undefined && body.app_offering_id !== row.appId)
    throw invalidField('app_offering_id', 'cannot be changed');
  if (row.ownerId !== accountId) refuseFields(body, PROVIDERS, 'the provider of the app');
  if (row.accountId !== accountId) refuseFields(body, CUSTOMERS, 'the account that has the app');
  return body;
};

const fieldsAfter = (before: CustomField[], given: CustomField[] | null | undefined): CustomField[] => {
  if (given === undefined) return before;
  return given === null ? [] : mergeFields(before, given);
};

/** Fields of the same id are replaced, empty ones go; what is there counts as well: or they would grow without end. */
const mergeFields = (before: CustomField[], given: CustomField[]): CustomField[] => {
  const merged = new Map([...before, ...given].map(({ id, value }) => [id, value]));
  const fields = [...merged]
    .filter(([, value]) => value !== null && value !== '')
    .map(([id, value]) => ({ id, value }));
  if (fields.length > MOST_FIELDS || Buffer.byteLength(JSON.stringify(fields)) > MAX_TEXT)
    throw invalidField(
      'custom_fields',
      `would be more than ${MOST_FIELDS} fields or ${MAX_TEXT} bytes, with those there`,
    );
  return fields;
};

/** What a body makes of an instance. */
export const changeOf = async (
  deps: Pick<Deps, 'db'>,
  customerId: number,
  body: InstanceBody,
): Promise<(instance: Instance) => Instance> => {
  const { customer_representative_id: id, custom_fields, disabled, suspended, suspension_comment } = body;
  const user = typeof id === 'number' ? await findUserById(deps.db, customerId, id) : undefined;
  if (typeof id === 'number' && !user) throw invalidField('customer_representative_id', `there is no person ${id}`);
  return (instance) => ({
    customer_representative:
      id === undefined ? instance.customer_representative : user ? { id: user.id, name: user.email } : null,
    custom_fields: fieldsAfter(instance.custom_fields, custom_fields),
    disabled: disabled ?? instance.disabled,
    suspended: suspended ?? instance.suspended,
    suspension_comment: suspension_comment === undefined ? instance.suspension_comment : suspension_comment,
  });
};
