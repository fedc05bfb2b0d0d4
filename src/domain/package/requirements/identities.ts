import { show } from '../json/values.ts';
import { flattenRequirements } from './flatten-requirements.ts';
import type { RequirementsContext } from './requirements-context.ts';

/**
 * Each requirement must be findable again when an installation changes, by its type and identifier. The reference
 * validator 4.52 takes list items without a key or with the key of another; provisioning them would fail later.
 */
export const checkIdentities = ({ document, report }: RequirementsContext): void => {
  const seen = new Set<string>();
  for (const { type, identifier, path } of flattenRequirements(document)) {
    if (identifier === undefined) {
      report({
        key: 'invalid_requirement_key',
        path,
        message: `An element of ${type} in requirements.json has no usable "key"; write a string that is not blank.`,
        data: { type },
      });
      continue;
    }
    const id = JSON.stringify([type, identifier]);
    if (seen.has(id)) {
      report({
        key: 'duplicate_requirement_keys',
        path,
        message: `${type} in requirements.json has ${show(identifier)} twice; keep one or change its key.`,
        data: { type, identifier },
      });
    }
    seen.add(id);
  }
};
