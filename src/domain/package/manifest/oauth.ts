import { isAbsent, isObject, isSet, jsonType, own, show } from '../json/values.ts';
import type { ManifestContext } from './manifest-context.ts';

const required = ['client_id', 'client_secret', 'authorize_uri', 'access_token_uri'];

/** Package rules of the reference validator 4.52; where that one crashes, the usual errors for wrong types. */
export const checkOauth = ({ manifest, report }: ManifestContext): void => {
  const oauth = own(manifest, 'oauth');
  if (!isSet(oauth)) return;
  if (!isObject(oauth)) {
    report({
      key: 'unacceptable_hash',
      path: ['oauth'],
      message: `"oauth" in manifest.json is ${show(oauth)}; write an object with ${required.join(', ')}.`,
      data: { field: 'oauth', value: jsonType(oauth) },
    });
    return;
  }
  const missing = required.filter((key) => isAbsent(own(oauth, key)) || own(oauth, key) === '');
  if (missing.length > 0) {
    report({
      key: 'oauth_keys.missing',
      path: ['oauth'],
      message: `"oauth" in manifest.json has no ${missing.join(', ')}; add it.`,
      data: { missing_keys: missing.join(', '), count: missing.length },
    });
  }
  for (const key of [...required, 'scope']) {
    const value = own(oauth, key);
    if (isAbsent(value) || typeof value === 'string') continue;
    report({
      key: 'unacceptable_string',
      path: ['oauth', key],
      message: `"${key}" of "oauth" in manifest.json is ${show(value)}; write a string.`,
      data: { field: `oauth ${key}`, value },
    });
  }
  const parameters = own(manifest, 'parameters');
  if (Array.isArray(parameters) && parameters.some((parameter) => own(parameter, 'type') === 'oauth')) return;
  report({
    key: 'oauth_parameter_required',
    path: ['oauth'],
    message: 'manifest.json has "oauth" but no parameter of type oauth; add one to "parameters".',
    data: { link: 'https://developer.zendesk.com/apps/docs/developer-guide/manifest#oauth' },
  });
};
