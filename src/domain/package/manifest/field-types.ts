import { has, isAbsent, isObject, isSet, jsonType, own, show } from '../json/values.ts';
import type { ManifestContext } from './manifest-context.ts';

const booleans = ['requirementsOnly', 'marketingOnly', 'singleInstall', 'signedUrls', 'private'];

/** JSON key and the name under which a report calls it: clients know the latter. */
const strings: [key: string, field: string][] = [
  ['defaultLocale', 'default_locale'],
  ['version', 'version'],
  ['frameworkVersion', 'framework_version'],
  ['remoteInstallationURL', 'remote_installation_url'],
  ['termsConditionsURL', 'terms_conditions_url'],
  ['gaID', 'google_analytics_code'],
];

/** The two keys that every manifest has; others are asked for where their rules are. Package rules of the reference validator 4.52. */
export const checkRequiredKeys = ({ manifest, report }: ManifestContext): void => {
  const missing = ['author', 'defaultLocale'].filter((key) => isAbsent(own(manifest, key)));
  if (missing.length === 0) return;
  report({
    key: 'manifest_keys.missing',
    message: `manifest.json has no ${missing.map((key) => `"${key}"`).join(' and no ')}; add it.`,
    data: { missing_keys: missing.join(', '), count: missing.length },
  });
};

/** Flags are true, false or, but for `private`, null. Package rules of the reference validator 4.52. */
export const checkBooleans = ({ manifest, report }: ManifestContext): void => {
  for (const key of booleans) {
    const value = own(manifest, key);
    if (typeof value === 'boolean' || !has(manifest, key)) continue;
    // `private` is true when it is not written, so null would silently mean the opposite of what it looks like.
    if (value === null && key !== 'private') continue;
    report({
      key: 'unacceptable_boolean',
      path: [key],
      message: `"${key}" in manifest.json is ${show(value)}; write true or false.`,
      data: { field: key, value },
    });
  }
};

/** Strings or null. Package rules of the reference validator 4.52. */
export const checkStrings = ({ manifest, report }: ManifestContext): void => {
  for (const [key, field] of strings) {
    const value = own(manifest, key);
    if (isAbsent(value) || typeof value === 'string') continue;
    report({
      key: 'unacceptable_string',
      path: [key],
      message: `"${key}" in manifest.json is ${show(value)}; write a string.`,
      data: { field, value },
    });
  }
};

/** An object of strings; the reference takes a string for one. Package rules of the reference validator 4.52. */
export const checkAuthor = ({ manifest, report }: ManifestContext): void => {
  const author = own(manifest, 'author');
  if (isAbsent(author)) return;
  if (!isObject(author)) {
    report({
      key: 'unacceptable_hash',
      path: ['author'],
      message: `"author" in manifest.json is ${show(author)}; write an object with "name" and "email".`,
      data: { field: 'author', value: jsonType(author) },
    });
    return;
  }
  for (const key of ['name', 'email', 'url']) {
    const value = own(author, key);
    if (isAbsent(value) || typeof value === 'string') continue;
    report({
      key: 'unacceptable_string',
      path: ['author', key],
      message: `"${key}" of the author in manifest.json is ${show(value)}; write a string.`,
      data: { field: `author ${key}`, value },
    });
  }
};

/** Which experiments there are is asked for the marketplace only. Package rules of the reference validator 4.52. */
export const checkExperiments = ({ manifest, report }: ManifestContext): void => {
  const experiments = own(manifest, 'experiments');
  if (!isSet(experiments) || isObject(experiments)) return;
  report({
    key: 'unacceptable_hash',
    path: ['experiments'],
    message: `"experiments" in manifest.json is ${show(experiments)}; write an object.`,
    data: { field: 'experiments', value: jsonType(experiments) },
  });
};

/** Hosts that proxied requests may go to. Package rules of the reference validator 4.52. */
export const checkDomainWhitelist = ({ manifest, report }: ManifestContext): void => {
  const hosts = own(manifest, 'domainWhitelist');
  if (isAbsent(hosts) || (Array.isArray(hosts) && hosts.every((host) => typeof host === 'string'))) return;
  report({
    key: 'unacceptable_array_of_strings',
    path: ['domainWhitelist'],
    message: '"domainWhitelist" in manifest.json must be a list of host names, each a string.',
    data: { field: 'domainWhitelist' },
  });
};

/** The elements are checked later, with the rules about parameters. Package rules of the reference validator 4.52. */
export const checkParametersType = ({ manifest, report }: ManifestContext): void => {
  const parameters = own(manifest, 'parameters');
  if (isAbsent(parameters) || Array.isArray(parameters)) return;
  report({
    key: 'unacceptable_array',
    path: ['parameters'],
    message: `"parameters" in manifest.json is ${show(parameters)}; write a list of objects.`,
    data: { field: 'parameters', value: jsonType(parameters) },
  });
};
