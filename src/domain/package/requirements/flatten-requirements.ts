import type { RequirementDefinition } from '../definition.ts';
import { entriesAt, type JsonDocument, type JsonPath } from '../json/json-document.ts';
import { isObject, own } from '../json/values.ts';
import { customObjectLists } from './custom-objects.ts';
import { listedTypes } from './requirement-types.ts';

export interface FlatRequirement extends Omit<RequirementDefinition, 'identifier'> {
  /** Undefined when the item has no key that could identify it. */
  identifier: string | undefined;
  path: JsonPath;
}

const keyOf = (item: unknown, name: string): string | undefined => {
  const key = own(item, name);
  if (typeof key === 'number') return String(key);
  return typeof key === 'string' && key.trim() !== '' ? key : undefined;
};

const joined = (...parts: (string | undefined)[]): string | undefined =>
  parts.includes(undefined) ? undefined : parts.join('.');

const v2Lists = ['objects', 'object_fields', 'object_triggers'];

/** Fields of different objects may share a key; triggers have keys of their own. */
const v2Identifier = (list: string, item: unknown): string | undefined =>
  list === 'object_fields' ? joined(keyOf(item, 'object_key'), keyOf(item, 'key')) : keyOf(item, 'key');

const flattenLists = (document: JsonDocument, type: string): FlatRequirement[] => {
  const names = type === 'custom_objects_v2' ? v2Lists : customObjectLists.map(([name]) => name);
  return entriesAt(document, [type]).flatMap(([name, items]) => {
    if (!names.includes(name) || !Array.isArray(items)) return [];
    return items.flatMap((payload: unknown, index) => {
      if (!isObject(payload)) return [];
      const identifier = type === 'custom_objects_v2' ? v2Identifier(name, payload) : keyOf(payload, 'key');
      return [{ type: `${type}.${name}`, identifier, payload, path: [type, name, index] }];
    });
  });
};

/** Every requirement of the file as one of its own, in the order of the file. Entries that are no objects are left out. */
export const flattenRequirements = (document: JsonDocument): FlatRequirement[] =>
  entriesAt(document, []).flatMap(([type]) => {
    if (listedTypes.includes(type)) return flattenLists(document, type);
    return entriesAt(document, [type]).flatMap(([identifier, payload]) =>
      isObject(payload) ? [{ type, identifier, payload, path: [type, identifier] }] : [],
    );
  });
