import type { Definition } from './definition.ts';

/** Members that say nothing of what an app is. */
const minimal = new Set(['app', 'version', 'visibility']);

/**
 * What a version says of the roles that its app needs. One that says anything else and leaves them out needs none; null:
 * it is minimal, which is the way out of a broken definition and changes no roles.
 */
export const statedRoles = (definition: Definition): string[] | null => {
  if (definition.roles !== undefined) return definition.roles;
  return Object.keys(definition).every((member) => minimal.has(member)) ? null : [];
};
