import { isAbsent, jsonType, own, show } from '../json/values.ts';
import type { ManifestContext } from '../manifest/manifest-context.ts';
import { recordSidebar } from './location-table.ts';
import type { ManifestLocation } from './read-locations.ts';

const faultOf = ({ name, options, known }: ManifestLocation): [key: string, advice: string] | undefined => {
  const types = own(options, 'objectTypes');
  if (name !== recordSidebar) {
    return known && !isAbsent(types)
      ? ['object_types_not_supported', `may not have "objectTypes"; only ${recordSidebar} has them`]
      : undefined;
  }
  if (isAbsent(types))
    return ['object_types_required', 'needs "objectTypes", the list of custom objects it is shown for'];
  if (!Array.isArray(types)) return ['object_types_must_be_array', 'must have a list as "objectTypes"'];
  if (types.length === 0) return ['object_types_empty', 'has an empty "objectTypes"; name at least one custom object'];
  if (types.every((type) => typeof type === 'string' && type.trim() !== '')) return undefined;
  return ['object_types_invalid_entries', 'must have only the keys of custom objects in "objectTypes"'];
};

/**
 * `objectTypes` of the locations; stops at the first problem. Only for accounts with the record sidebar.
 * Package rules of the reference validator 4.52.
 */
export const checkObjectTypes = ({ locations, report }: ManifestContext): void => {
  for (const location of locations.locations) {
    const fault = faultOf(location);
    if (!fault) continue;
    const [key, advice] = fault;
    const isType = key === 'object_types_must_be_array';
    report({
      key,
      path: [...location.path, 'objectTypes'],
      message: `The location ${show(location.name)} in manifest.json ${advice}.`,
      data: { location: location.name, ...(isType ? { value: jsonType(own(location.options, 'objectTypes')) } : {}) },
    });
    return;
  }
};
