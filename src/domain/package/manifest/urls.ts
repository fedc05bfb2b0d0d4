import { isAbsent, own, show } from '../json/values.ts';
import { isWebUrl } from '../uri.ts';
import type { ManifestContext } from './manifest-context.ts';

const urls: [path: [string, ...string[]], field: string][] = [
  [['termsConditionsURL'], 'terms_conditions_url'],
  [['author', 'url'], 'author url'],
];

/** Addresses that people are sent to. Package rules of the reference validator 4.52. */
export const checkUrls = ({ manifest, report }: ManifestContext): void => {
  for (const [path, field] of urls) {
    const value = path.reduce<unknown>((object, key) => own(object, key), manifest);
    if (isAbsent(value) || isWebUrl(value)) continue;
    report({
      key: 'invalid_url',
      path,
      message: `${path.map((key) => `"${key}"`).join(' -> ')} in manifest.json is ${show(value)}; write an address with http or https and a host.`,
      data: { field, value },
    });
  }
};
