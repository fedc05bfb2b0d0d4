import { own, show } from '../json/values.ts';
import { type Item, nameIn, type ObjectsV2Context } from './objects-v2-context.ts';

/** Fields and triggers belong to objects of the same package. Package rules of the reference validator 4.52. */
export const checkReferences = ({ objects, fields, triggers, report }: ObjectsV2Context): void => {
  const keys = new Set(
    objects.map(({ value }) => own(value, 'key')).filter((key) => typeof key === 'string' && key.trim() !== ''),
  );
  const check = (item: Item, what: string, key: string): void => {
    if (keys.has(own(item.value, 'object_key'))) return;
    const object_key = nameIn(item, 'object_key');
    const item_identifier = nameIn(item, 'key');
    report({
      key,
      path: [...item.path, 'object_key'],
      message: `The ${what} ${show(item_identifier)} in requirements.json belongs to ${show(object_key)}, which is not in "objects"; correct "object_key".`,
      data: { item_identifier, object_key },
    });
  };
  for (const field of fields) check(field, 'field', 'invalid_cov2_object_reference_in_fields_v2');
  for (const trigger of triggers) check(trigger, 'trigger', 'invalid_cov2_object_reference_in_triggers_v2');
};
