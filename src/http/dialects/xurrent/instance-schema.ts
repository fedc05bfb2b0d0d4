import type { z } from 'zod';
import { isStorable } from '../../../domain/storable-text.ts';
import { lenientBody } from '../../parse.ts';
import { NOT_STORABLE } from '../../storable.ts';
import { bytes, custom, field, flag, reference } from './coerce.ts';
import type { CustomField } from './instance.ts';

export const MAX_TEXT = 65_536;
export const MOST_FIELDS = 200;
const LONGEST_ID = 128;

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isValue = (value: unknown): boolean => isScalar(value) || (Array.isArray(value) && value.every(isScalar));

/** JSON holds no other scalar that Postgres cannot store. */
const isStorableScalar = (value: unknown): boolean => typeof value !== 'string' || isStorable(value);

const isField = (one: unknown): one is CustomField =>
  typeof one === 'object' &&
  one !== null &&
  Object.keys(one).every((name) => name === 'id' || name === 'value') &&
  'id' in one &&
  typeof one.id === 'string' &&
  one.id.length > 0 &&
  one.id.length <= LONGEST_ID &&
  'value' in one &&
  isValue(one.value);

const customFields = custom<CustomField[] | null>((list) => {
  if (list === null || list === '') return { value: null };
  if (!Array.isArray(list) || list.length > MOST_FIELDS || !list.every(isField))
    return { fault: `must be a list of at most ${MOST_FIELDS} fields, each {"id": text, "value": text, number, …}` };
  if (new Set(list.map(({ id }) => id)).size < list.length) return { fault: 'has a field twice' };
  const text = JSON.stringify(list);
  if (Buffer.byteLength(text) > MAX_TEXT) return { fault: `is too long (maximum is ${MAX_TEXT} bytes)` };
  // JSON escapes what cannot be stored, and what a client has escaped itself is a backslash more.
  const storable = list.every(({ id, value }) => [id, value].flat().every(isStorableScalar));
  return storable ? { value: list } : { fault: NOT_STORABLE };
});

/** What is given of an instance; null empties a field, what is left out stays. */
export const instanceBody = lenientBody({
  app_offering_id: field(reference),
  custom_fields: field(customFields),
  customer_representative_id: field(reference),
  disabled: field(flag),
  enabled_by_customer: field(flag),
  suspended: field(flag),
  suspension_comment: field(bytes(MAX_TEXT)),
});
export type InstanceBody = z.infer<typeof instanceBody.schema>;

/** The fields of each side. */
export const PROVIDERS = ['disabled', 'suspended', 'suspension_comment'] as const;
export const CUSTOMERS = ['custom_fields', 'customer_representative_id', 'enabled_by_customer'] as const;
