import { isObject, type JsonObject, own, show, showPath } from '../json/values.ts';
import type { JsonPath } from '../json/json-document.ts';
import type { Report } from '../problem-list.ts';

/** An element of one of the three lists that is an object; others are ignored by all rules. */
export interface Item {
  value: JsonObject;
  path: JsonPath;
}

export interface ObjectsV2Context {
  objects: Item[];
  fields: Item[];
  triggers: Item[];
  report: Report;
}

/** The elements of a list that are objects; none if it is no list. */
export const itemsOf = (value: JsonObject, list: string): Item[] => {
  const items = own(value, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) =>
    isObject(item) ? [{ value: item, path: ['custom_objects_v2', list, index] }] : [],
  );
};

const unnamed = '(undefined)';

/** A member as reports name it. */
export const nameIn = (item: Item, key: string): string => {
  const name = own(item.value, key);
  return typeof name === 'string' || typeof name === 'number' ? String(name) : unnamed;
};

/** An item in the words of a message: its name, or its place when it has none. */
export const titleOf = (item: Item, noun: string): string => {
  const name = nameIn(item, 'key');
  return name === unnamed ? showPath(item.path) : `The ${noun} ${show(name)} in "custom_objects_v2"`;
};

/** Elements of the lists `all` and `any` together. */
export const countConditions = (conditions: unknown): number =>
  ['all', 'any'].reduce((sum, list) => {
    const items = own(conditions, list);
    return sum + (Array.isArray(items) ? items.length : 0);
  }, 0);

/** Items by the object they belong to; those that name none are left out. */
export const byObject = (items: readonly Item[]): Map<string, Item[]> => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = own(item.value, 'object_key');
    if (typeof key !== 'string' || key === '') continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
};
