import { has, isObject, jsonType, own, show } from '../json/values.ts';
import type { RequirementsContext } from './requirements-context.ts';
import { requireFields } from './requirements-context.ts';

/** The lists of custom objects of the first generation, and what each of their items needs. */
export const customObjectLists: [list: string, fields: string[]][] = [
  ['custom_object_types', ['key', 'schema']],
  ['custom_object_relationship_types', ['key', 'source', 'target']],
];

/** Package rules of the reference validator 4.52. Lists with other names are ignored. */
export const checkCustomObjects = ({ requirements, report }: RequirementsContext): void => {
  const lists = own(requirements, 'custom_objects');
  if (!isObject(lists)) return;
  if (!has(lists, 'custom_object_types')) {
    report({
      key: 'missing_required_fields',
      path: ['custom_objects'],
      message: '"custom_objects" in requirements.json has no "custom_object_types"; add it.',
      data: { field: 'custom_object_types', identifier: 'custom_objects' },
    });
  }
  for (const [name, fields] of customObjectLists) {
    const items = own(lists, name);
    if (items === undefined) continue;
    if (!Array.isArray(items)) {
      report({
        key: 'invalid_requirement_type_structure',
        path: ['custom_objects', name],
        message: `"${name}" in requirements.json is ${show(items)}; write a list.`,
        data: { type: name, value: jsonType(items) },
      });
      continue;
    }
    for (const [index, item] of items.entries()) {
      const path = ['custom_objects', name, index];
      if (isObject(item)) requireFields(report, { identifier: name, payload: item, path }, fields);
      else {
        report({
          key: 'invalid_requirement_structure',
          path,
          message: `An element of "${name}" in requirements.json is ${show(item)}; write an object.`,
          data: { type: name, identifier: String(index), value: jsonType(item) },
        });
      }
    }
  }
};
