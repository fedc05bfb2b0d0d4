import { parameterKinds } from '../definition.ts';
import { isObject, isSet, jsonType, list, own, show } from '../json/values.ts';
import type { ManifestContext } from '../manifest/manifest-context.ts';
import type { Report } from '../problem-list.ts';
import { checkMtls } from './mtls.ts';
import { fieldName, type ManifestParameter, parameterName, readParameters } from './read-parameters.ts';
import { checkScopes } from './scopes.ts';

/** True when something was found. */
const checkDuplicates = (parameters: readonly ManifestParameter[], report: Report): boolean => {
  const seen = new Set<unknown>();
  const repeated = new Map<unknown, ManifestParameter>();
  for (const parameter of parameters) {
    if (seen.has(parameter.name)) repeated.set(parameter.name, parameter);
    seen.add(parameter.name);
  }
  const [first] = repeated.values();
  if (!first) return false;
  const names = [...repeated.values()].map(parameterName);
  report({
    key: 'duplicate_parameters',
    path: first.path,
    message: `"parameters" in manifest.json has more than one called ${list(names)}; rename or remove one.`,
    data: { duplicate_parameters: [...repeated.keys()] },
  });
  return true;
};

/** A setting is kept under its parameter's name, so there must be one, and it must be safe as a key. */
const checkNames = (parameters: readonly ManifestParameter[], report: Report): void => {
  for (const { name, path } of parameters) {
    if (typeof name === 'string' && name !== '__proto__') continue;
    report({
      key: 'invalid_parameter_name',
      path: [...path, 'name'],
      message: `A parameter in manifest.json has the name ${show(name)}; give it a name of letters, digits and _.`,
      data: { value: name },
    });
  }
};

const checkBoolean = (
  parameters: readonly ManifestParameter[],
  field: 'required' | 'secure',
  report: Report,
): boolean => {
  const wrong = parameters.filter((parameter) => typeof parameter[field] !== 'boolean');
  for (const parameter of wrong) {
    report({
      key: 'unacceptable_boolean',
      path: [...parameter.path, field],
      message: `"${field}" of the parameter ${show(parameter.name)} in manifest.json is ${show(parameter[field])}; write true or false.`,
      data: { field: fieldName(parameter, field), value: parameter[field] },
    });
  }
  return wrong.length > 0;
};

const checkTypes = (parameters: readonly ManifestParameter[], allowed: readonly string[], report: Report): void => {
  const hidden = parameters.filter(({ type, required }) => type === 'hidden' && isSet(required));
  if (hidden[0]) {
    const names = hidden.map(parameterName);
    report({
      key: 'invalid_hidden_parameter',
      path: hidden[0].path,
      message: `In manifest.json ${list(names)} is hidden and required, so nobody could ever fill it in; remove one of the two.`,
      data: { invalid_params: names.join(', '), count: names.length },
    });
  }
  const wrong = parameters.filter(({ type }) => typeof type !== 'string' || !allowed.includes(type));
  if (wrong[0]) {
    const types = wrong.map(({ type }) => (typeof type === 'string' ? type : show(type)));
    report({
      key: 'invalid_type_parameter',
      path: [...wrong[0].path, 'type'],
      message: `"parameters" in manifest.json uses the type ${list(types)}; use one of ${allowed.join(', ')}.`,
      data: { invalid_types: types.join(', '), count: types.length },
    });
  }
};

const checkOauthParameters = (parameters: readonly ManifestParameter[], report: Report): void => {
  const oauth = parameters.filter(({ type }) => type === 'oauth');
  if (oauth.length > 1) {
    const message = `manifest.json has ${oauth.length} parameters of type oauth; keep one.`;
    report({ key: 'too_many_oauth_parameters', path: oauth[1]?.path ?? [], message });
  }
  const secure = oauth.find((parameter) => isSet(parameter.secure));
  if (secure) {
    const message = `The oauth parameter ${show(secure.name)} in manifest.json may not be secure; remove "secure".`;
    report({ key: 'oauth_parameter_cannot_be_secure', path: [...secure.path, 'secure'], message });
  }
};

const checkMarketingOnly = ({ manifest, report }: ManifestContext, count: number): void => {
  if (count > 0) {
    const message = 'manifest.json has "parameters", but an app for marketing only cannot be installed; remove them.';
    report({ key: 'no_parameters_required', path: ['parameters'], message });
  }
  if (own(manifest, 'private') === undefined || isSet(own(manifest, 'private'))) {
    const message = 'manifest.json says "marketingOnly", so the app is for everyone; add "private": false.';
    report({ key: 'marketing_only_app_cant_be_private', path: ['private'], message });
  }
};

/** Elements the reference validator 4.52 crashes on. */
const checkElements = ({ manifest, report }: ManifestContext): void => {
  const elements = own(manifest, 'parameters');
  if (!Array.isArray(elements)) return;
  for (const [index, element] of elements.entries()) {
    if (isObject(element)) continue;
    report({
      key: 'unacceptable_hash',
      path: ['parameters', index],
      message: `Element ${index} of "parameters" in manifest.json is ${show(element)}; write an object with a "name".`,
      data: { field: `parameters[${index}]`, value: jsonType(element) },
    });
  }
};

/** Package rules of the reference validator 4.52. */
export const checkParameters = (context: ManifestContext): void => {
  const { manifest, switches, report } = context;
  const parameters = readParameters(manifest);
  if (isSet(own(manifest, 'marketingOnly'))) return checkMarketingOnly(context, parameters.length);

  const value = own(manifest, 'parameters') ?? [];
  if (!Array.isArray(value)) {
    const message = '"parameters" in manifest.json must be a list, each element an object with a "name".';
    report({ key: 'parameters_not_an_array', path: ['parameters'], message });
  }
  checkElements(context);
  if (checkDuplicates(parameters, report)) return;
  checkNames(parameters, report);
  if (!checkBoolean(parameters, 'required', report)) checkBoolean(parameters, 'secure', report);
  checkTypes(parameters, switches.mtls ? parameterKinds : parameterKinds.filter((kind) => kind !== 'mtls'), report);
  checkOauthParameters(parameters, report);
  const reserved = parameters.find(({ name }) => name === 'name');
  if (reserved) {
    const message = 'manifest.json has a parameter called "name", which is the title of an installation; rename it.';
    report({ key: 'name_as_parameter_name', path: reserved.path, message });
  }
  checkScopes(parameters, report);
  if (switches.mtls) checkMtls(parameters, report);
};
