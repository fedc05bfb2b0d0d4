import { isSet, own, show } from '../json/values.ts';
import { isLocationName } from '../locations/location-table.ts';
import { frameworkAge } from './framework-version.ts';
import type { ManifestContext } from './manifest-context.ts';

/** True, false, null or a list of locations. Package rules of the reference validator 4.52. */
export const checkNoTemplateFormat = ({ manifest, report }: ManifestContext): void => {
  const value = own(manifest, 'noTemplate');
  if (!isSet(value) || value === true) return;
  if (Array.isArray(value) && value.every(isLocationName)) return;
  report({
    key: 'invalid_no_template',
    path: ['noTemplate'],
    message: `"noTemplate" in manifest.json is ${show(value)}; remove it, or write true, false or a list of locations.`,
  });
};

/** Templates went with framework 1. Package rules of the reference validator 4.52. */
export const checkNoTemplateBan = ({ manifest, report }: ManifestContext): void => {
  const value = own(manifest, 'noTemplate');
  const isUsed = Array.isArray(value) ? value.length > 0 : isSet(value);
  if (!isUsed || frameworkAge(own(manifest, 'frameworkVersion')) !== 'current') return;
  report({
    key: 'no_template_deprecated_in_v2',
    path: ['noTemplate'],
    message:
      '"noTemplate" in manifest.json means nothing in framework 2; remove it and use "autoLoad" of the location.',
    data: { link: 'https://developer.zendesk.com/apps/docs/apps-v2/manifest#location' },
  });
};
