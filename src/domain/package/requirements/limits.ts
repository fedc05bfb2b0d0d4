import { isObject, own } from '../json/values.ts';
import type { RequirementsContext } from './requirements-context.ts';

const maxRequirements = 5_000;
const maxCustomObjects = 50;

/** Lists count by their elements, however they are nested. Depth is bounded by the parser. */
const countItems = (value: unknown): number =>
  Array.isArray(value) ? value.reduce<number>((sum, item) => sum + countItems(item), 0) : 1;

const countOf = (type: unknown): number => (isObject(type) ? countItems(Object.values(type)) : countItems(type));

/** Of all types together. Package rules of the reference validator 4.52. */
export const checkRequirementCount = ({ requirements, report }: RequirementsContext): void => {
  const count = Object.values(requirements).reduce<number>((sum, type) => sum + countOf(type), 0);
  if (count <= maxRequirements) return;
  report({
    key: 'excessive_requirements',
    message: `requirements.json has ${count} requirements; keep at most ${maxRequirements}.`,
    data: { max: maxRequirements, count },
  });
};

/** Of all lists of custom objects together, also those with unknown names. Package rules of the reference validator 4.52. */
export const checkCustomObjectCount = ({ requirements, report }: RequirementsContext): void => {
  const lists = own(requirements, 'custom_objects');
  if (!isObject(lists)) return;
  const count = Object.values(lists).reduce<number>((sum, items) => sum + (Array.isArray(items) ? items.length : 0), 0);
  if (count <= maxCustomObjects) return;
  report({
    key: 'excessive_custom_objects_requirements',
    path: ['custom_objects'],
    message: `"custom_objects" in requirements.json has ${count} entries; keep at most ${maxCustomObjects}.`,
    data: { max: maxCustomObjects, count },
  });
};
