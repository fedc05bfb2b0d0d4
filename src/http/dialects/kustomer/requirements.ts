import type { RequirementDefinition } from '../../../domain/package/definition.ts';
import { componentKeys, nameKeys, requirementTypes, type Component, type ComponentKey } from './components.ts';
import type { Definition } from './definition.ts';
import { ruleError } from './rule-error.ts';

const MAX_NAME = 400;

/**
 * What has to be there for an installation: each component, under its name or, where it has none, under its place in the
 * list.
 *
 * @param definition with its names as they are registered.
 * @throws AppError `bad_request` for a name that is no text, or is there twice among the components of its kind.
 */
export const requirementsOf = (definition: Definition): RequirementDefinition[] =>
  componentKeys.flatMap((key) => {
    const seen = new Set<string>();
    return (definition[key] ?? []).map((component, i) => {
      const identifier = identifierOf(component, { key, i });
      if (seen.has(identifier)) throw ruleError(placeOf(key, i), `is there twice among ${key}: ${identifier}`);
      seen.add(identifier);
      return { type: requirementTypes[key], identifier, payload: component };
    });
  });

const placeOf = (key: ComponentKey, i: number): string => `${key}.${i}.${nameKeys[key]}`;

const identifierOf = (component: Component, { key, i }: { key: ComponentKey; i: number }): string => {
  const name = Object.hasOwn(component, nameKeys[key]) ? component[nameKeys[key]] : undefined;
  if (name === undefined || name === null) return `#${i + 1}`;
  if (typeof name === 'string' && name.trim() !== '' && name.length <= MAX_NAME) return name;
  throw ruleError(placeOf(key, i), `must be a text of 1 to ${MAX_NAME} characters`);
};
