import { isAbsent, isSet, jsonType, list, show } from '../json/values.ts';
import type { Report } from '../problem-list.ts';
import { fieldName, type ManifestParameter, textOf } from './read-parameters.ts';

/** Where in a proxied request a secure setting may be put. */
const scopeNames = [
  'header',
  'body',
  'url',
  'jwt_secret_key',
  'jwt_claim',
  'basic_auth_username',
  'basic_auth_password',
];

const checkScopesOf = (parameter: ManifestParameter, report: Report): void => {
  const { name, scopes, secure } = parameter;
  const field = fieldName(parameter, 'scopes');
  const path = [...parameter.path, 'scopes'];
  const what = `"scopes" of the parameter ${show(name)} in manifest.json`;
  if (!isSet(secure)) {
    const message = `${what} needs a secure parameter; add "secure": true.`;
    report({ key: 'field_requires_secure_parameter', path, message, data: { field } });
  }
  if (!Array.isArray(scopes)) {
    const message = `${what} is ${show(scopes)}; write a list.`;
    report({ key: 'unacceptable_array', path, message, data: { field, value: jsonType(scopes) } });
    return;
  }
  if (scopes.length === 0) {
    const message = `${what} is empty; name at least one of ${scopeNames.join(', ')}.`;
    report({ key: 'field_cannot_be_empty', path, message, data: { field } });
  }
  const wrong = (scopes as unknown[])
    .filter((scope) => typeof scope !== 'string' || !scopeNames.includes(scope))
    .map(textOf);
  if (wrong.length === 0) return;
  report({
    key: 'field_contains_invalid_values',
    path,
    message: `${what} has ${list(wrong)}; use only ${scopeNames.join(', ')}.`,
    data: { field, values: wrong.join(', ') },
  });
};

/** Package rules of the reference validator 4.52. */
export const checkScopes = (parameters: readonly ManifestParameter[], report: Report): void => {
  for (const parameter of parameters) if (!isAbsent(parameter.scopes)) checkScopesOf(parameter, report);
};
