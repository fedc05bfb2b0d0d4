import { type JsonPath } from '../json/json-document.ts';
import { has, isObject, isSet, own, type JsonObject } from '../json/values.ts';

/** An element of `parameters` that is an object. */
export interface ManifestParameter {
  name: unknown;
  type: unknown;
  required: unknown;
  secure: unknown;
  hasDefault: boolean;
  defaultValue: unknown;
  scopes: unknown;
  allowedDomain: unknown;
  path: JsonPath;
}

const readParameter = (value: JsonObject, index: number): ManifestParameter => ({
  name: own(value, 'name') ?? null,
  type: isSet(own(value, 'type')) ? own(value, 'type') : 'text',
  required: own(value, 'required') ?? false,
  secure: own(value, 'secure') ?? false,
  hasDefault: has(value, 'default'),
  defaultValue: own(value, 'default'),
  scopes: own(value, 'scopes'),
  allowedDomain: own(value, 'allowed_domain'),
  path: ['parameters', index],
});

/** Takes any manifest; gives its parameters in the order of the file. */
export const readParameters = (manifest: JsonObject): ManifestParameter[] => {
  const parameters = own(manifest, 'parameters');
  if (!Array.isArray(parameters)) return [];
  return parameters.flatMap((value, index) => (isObject(value) ? [readParameter(value, index)] : []));
};

/** Returns a value for a report: text as it is, all else as JSON, because a conversion to text may fail on any object. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');

export const parameterName = ({ name }: ManifestParameter): string => textOf(name);

/** How reports call a field of a parameter. */
export const fieldName = (parameter: ManifestParameter, field: string): string =>
  `parameters[name="${parameterName(parameter)}"].${field}`;
