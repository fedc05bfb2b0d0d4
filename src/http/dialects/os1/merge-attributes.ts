import { InvalidRequestError } from '../../../errors.ts';
import type { AppAttributes, AppVisibility } from './attributes.ts';
import type { AttributePatch, NewApp } from './schema.ts';

/** Only the keys that are there change; null removes one. Undefined when nothing is left. */
const mergeKeys = <Value extends object>(stored: Value | undefined, patch: object | null | undefined) => {
  if (patch === undefined) return stored;
  const merged = patch === null ? {} : withoutNulls({ ...stored, ...patch });
  return Object.keys(merged).length > 0 ? (merged as Value) : undefined;
};

const withoutNulls = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null && one !== undefined));

/**
 * What the attributes are after an update: nested objects change by key, lists and all else as a whole, null removes.
 *
 * @throws InvalidRequestError that names the field, when the listing id is another one, or the visibility that comes out
 *   of it does not fit together.
 */
export const mergeAttributes = (stored: AppAttributes, patch: AttributePatch): AppAttributes => {
  if (patch.listingId !== undefined && patch.listingId !== stored.listingId)
    throw invalid({ listingId: `cannot be changed; it is "${stored.listingId}"` });
  const visibility = mergeKeys(stored.visibility, patch.visibility);
  refuseNamesOfPrivate(visibility);
  return withoutNulls({ ...stored, ...patch, visibility, url: mergeKeys(stored.url, patch.url) }) as AppAttributes;
};

/** The attributes of a new app. */
export const firstAttributes = (body: NewApp): AppAttributes => {
  const { version: _, displayName, type, listingId, isConsoleCompatible, ...optional } = body;
  return mergeAttributes({ displayName, type, listingId, isConsoleCompatible }, optional);
};

/** Source: both are documented as applicable only where `isPrivate` is false. */
const refuseNamesOfPrivate = (visibility: AppVisibility = {}): void => {
  if (visibility.isPrivate === false) return;
  const wrong = (['permissionType', 'orgIdentifiers'] as const).filter((name) => visibility[name] !== undefined);
  if (wrong.length === 0) return;
  const message = 'is only possible where isPrivate is false; set that, or remove this with null';
  throw invalid(Object.fromEntries(wrong.map((name) => [`visibility.${name}`, message])));
};

const invalid = (problems: Record<string, string>): InvalidRequestError =>
  new InvalidRequestError(
    Object.entries(problems)
      .map(([field, message]) => `${field}: ${message}`)
      .join('\n'),
    Object.fromEntries(Object.entries(problems).map(([field, message]) => [field, [message]])),
  );
