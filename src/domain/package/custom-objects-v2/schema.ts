import { has, isObject, own } from '../json/values.ts';
import { countConditions, type Item, nameIn, type ObjectsV2Context, titleOf } from './objects-v2-context.ts';

const objectKeys = ['key', 'title', 'title_pluralized', 'include_in_list_view'];
const fieldKeys = ['key', 'title', 'type', 'object_key'];
const triggerKeys = ['key', 'object_key', 'title', 'actions', 'conditions'];

type Names = Record<string, string>;

const requireKeys = (
  { report }: ObjectsV2Context,
  item: Item,
  keys: readonly string[],
  { key, what, names }: { key: string; what: string; names: Names },
): void => {
  for (const missing_key of keys) {
    if (has(item.value, missing_key)) continue;
    report({
      key,
      path: item.path,
      message: `${what} in requirements.json has no "${missing_key}"; add it.`,
      data: { missing_key, ...names },
    });
  }
};

const isConditions = (conditions: unknown): boolean =>
  isObject(conditions) &&
  Object.keys(conditions).every((key) => key === 'all' || key === 'any') &&
  (Array.isArray(own(conditions, 'all')) || Array.isArray(own(conditions, 'any')));

/** Which of the two parts of a trigger is wrong, and how. */
const triggerFaults = ({ value }: Item): [part: string, key: string, advice: string][] => {
  const faults: [string, string, string][] = [];
  const conditions = own(value, 'conditions');
  const actions = own(value, 'actions');
  if (!isConditions(conditions)) {
    const advice = 'must have an object with the lists "all" or "any" as "conditions"';
    faults.push(['conditions', 'invalid_cov2_trigger_conditions_structure_v2', advice]);
  } else if (countConditions(conditions) === 0) {
    faults.push(['conditions', 'empty_cov2_trigger_conditions_v2', 'needs at least one condition']);
  }
  if (!Array.isArray(actions)) {
    faults.push(['actions', 'invalid_cov2_trigger_actions_structure_v2', 'must have a list as "actions"']);
  } else if (actions.length === 0) {
    faults.push(['actions', 'empty_cov2_trigger_actions_v2', 'needs at least one action']);
  }
  return faults;
};

const checkTrigger = (context: ObjectsV2Context, trigger: Item): void => {
  const names = { trigger_key: nameIn(trigger, 'key'), object_key: nameIn(trigger, 'object_key') };
  const what = titleOf(trigger, 'trigger');
  requireKeys(context, trigger, triggerKeys, { key: 'missing_cov2_trigger_schema_key_v2', what, names });
  for (const [part, key, advice] of triggerFaults(trigger)) {
    const message = `${what} in requirements.json ${advice}.`;
    context.report({ key, path: [...trigger.path, part], message, data: names });
  }
};

/** Which keys must be there; their values are free. Package rules of the reference validator 4.52. */
export const checkSchema = (context: ObjectsV2Context): void => {
  for (const object of context.objects) {
    const names = { object_key: nameIn(object, 'key') };
    const what = titleOf(object, 'object');
    requireKeys(context, object, objectKeys, { key: 'missing_cov2_object_schema_key', what, names });
  }
  for (const field of context.fields) {
    const names = { field_key: nameIn(field, 'key'), object_key: nameIn(field, 'object_key') };
    const what = titleOf(field, 'field');
    requireKeys(context, field, fieldKeys, { key: 'missing_cov2_field_schema_key', what, names });
  }
  for (const trigger of context.triggers) checkTrigger(context, trigger);
};
