import { own } from '../json/values.ts';
import { byObject, countConditions, type Item, nameIn, type ObjectsV2Context } from './objects-v2-context.ts';

const objectLimits = {
  objects: 50,
  fieldsPerObject: 20,
  selectionFieldsPerObject: 5,
  optionsPerField: 10,
  conditionsPerFilter: 20,
  triggersPerObject: 10,
  conditionsPerTrigger: 50,
  actionsPerTrigger: 25,
};

const selectionTypes = ['dropdown', 'multiselect'];

interface Limit {
  key: string;
  max: number;
  count: number;
  what: string;
  data?: Record<string, unknown>;
}

const checkLimit = ({ report }: ObjectsV2Context, at: Item | undefined, limit: Limit): void => {
  if (limit.count <= limit.max) return;
  report({
    key: limit.key,
    path: at?.path ?? ['custom_objects_v2'],
    message: `requirements.json has ${limit.count} ${limit.what} in "custom_objects_v2"; keep at most ${limit.max}.`,
    data: { max: limit.max, count: limit.count, ...limit.data },
  });
};

const sizeOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** Fields and triggers without an object are a matter of the schema, not of the limits. */
const owned = (items: readonly Item[]): Item[] => [...byObject(items).values()].flat();

const checkFieldCounts = (context: ObjectsV2Context): void => {
  const groups = [...byObject(context.fields)];
  for (const [object_key, [first, ...rest]] of groups) {
    checkLimit(context, first, {
      key: 'excessive_custom_objects_v2_fields',
      max: objectLimits.fieldsPerObject,
      count: rest.length + 1,
      what: `fields of the object ${object_key}`,
      data: { object_key },
    });
  }
  for (const [object_key, fields] of groups) {
    for (const field_type of selectionTypes) {
      const selection = fields.filter(({ value }) => own(value, 'type') === field_type);
      checkLimit(context, selection[0], {
        key: 'excessive_cov2_selection_fields_per_object',
        max: objectLimits.selectionFieldsPerObject,
        count: selection.length,
        what: `${field_type} fields of the object ${object_key}`,
        data: { object_key, field_type },
      });
    }
  }
};

const checkFields = (context: ObjectsV2Context): void => {
  checkFieldCounts(context);
  const fields = owned(context.fields);
  const names = (field: Item) => ({ field_key: nameIn(field, 'key'), object_key: nameIn(field, 'object_key') });
  for (const type of selectionTypes) {
    for (const field of fields.filter(({ value }) => own(value, 'type') === type)) {
      checkLimit(context, field, {
        key: 'excessive_cov2_field_options',
        max: objectLimits.optionsPerField,
        count: sizeOf(own(field.value, 'custom_field_options')),
        what: `options of the field ${nameIn(field, 'key')}`,
        data: names(field),
      });
    }
  }
  for (const field of fields) {
    checkLimit(context, field, {
      key: 'excessive_cov2_relationship_filter_conditions',
      max: objectLimits.conditionsPerFilter,
      count: countConditions(own(field.value, 'relationship_filter')),
      what: `conditions in the filter of the field ${nameIn(field, 'key')}`,
      data: names(field),
    });
  }
};

const checkTriggers = (context: ObjectsV2Context): void => {
  for (const [object_key, [first, ...rest]] of byObject(context.triggers)) {
    checkLimit(context, first, {
      key: 'excessive_custom_objects_v2_triggers',
      max: objectLimits.triggersPerObject,
      count: rest.length + 1,
      what: `triggers of the object ${object_key}`,
      data: { object_key },
    });
  }
  const triggers = owned(context.triggers);
  for (const trigger of triggers) {
    const trigger_key = nameIn(trigger, 'key');
    checkLimit(context, trigger, {
      key: 'excessive_custom_objects_v2_trigger_conditions_v2',
      max: objectLimits.conditionsPerTrigger,
      count: countConditions(own(trigger.value, 'conditions')),
      what: `conditions of the trigger ${trigger_key}`,
      data: { trigger_key },
    });
  }
  for (const trigger of triggers) {
    const trigger_key = nameIn(trigger, 'key');
    checkLimit(context, trigger, {
      key: 'excessive_custom_objects_v2_trigger_actions_v2',
      max: objectLimits.actionsPerTrigger,
      count: sizeOf(own(trigger.value, 'actions')),
      what: `actions of the trigger ${trigger_key}`,
      data: { trigger_key },
    });
  }
};

/** How many of everything there may be. Package rules of the reference validator 4.52. */
export const checkLimits = (context: ObjectsV2Context): void => {
  checkLimit(context, context.objects[0], {
    key: 'excessive_custom_objects_v2_requirements',
    max: objectLimits.objects,
    count: context.objects.length,
    what: 'objects',
  });
  checkFields(context);
  checkTriggers(context);
};
