import { has, isObject, own, show, type JsonObject } from '../json/values.ts';
import type { Report } from '../problem-list.ts';
import type { RequirementsContext } from '../requirements/requirements-context.ts';
import { checkLimits } from './limits.ts';
import { itemsOf } from './objects-v2-context.ts';
import { checkReferences } from './references.ts';
import { checkSchema } from './schema.ts';

const listNames = ['objects', 'object_fields', 'object_triggers'];
const maxPayloadBytes = 1_048_576;
const path = ['custom_objects_v2'];
const where = '"custom_objects_v2" in requirements.json';

const isEmpty = (value: JsonObject): boolean =>
  Object.keys(value).length === 0 ||
  listNames.every((name) => {
    const list = own(value, name);
    return Array.isArray(list) && list.length === 0;
  });

/** True when the value can be looked at further. */
const checkStructure = (value: unknown, report: Report): value is JsonObject => {
  if (!isObject(value)) {
    const message = `${where} is ${show(value)}; write an object with ${listNames.join(', ')}.`;
    report({ key: 'invalid_cov2_requirements_structure_v2', path, message });
    return false;
  }
  if (isEmpty(value)) {
    report({ key: 'empty_cov2_requirements', path, message: `${where} is empty; fill it or remove it.` });
    return false;
  }
  const wrong = listNames.filter((name) => !Array.isArray(own(value, name) ?? []));
  for (const name of wrong) {
    const message = `"${name}" of ${where} is ${show(value[name])}; write a list.`;
    report({ key: `invalid_${name}_structure_in_cov2_requirements_v2`, path: [...path, name], message });
  }
  return wrong.length === 0;
};

// Linear: a name cannot hold the braces that begin the next placeholder.
const settingPlaceholder = /\{\{\s*setting\.[\w.-]+\s*\}\}/;

/** Each stage is looked at only when the ones before found nothing. Package rules of the reference validator 4.52. */
export const checkCustomObjectsV2 = ({ requirements, report }: RequirementsContext): void => {
  if (!has(requirements, 'custom_objects_v2')) return;
  const value = requirements['custom_objects_v2'];
  if (!checkStructure(value, report)) return;

  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) > maxPayloadBytes) {
    const message = `${where} is larger than ${maxPayloadBytes} bytes; make it smaller.`;
    return report({ key: 'excessive_cov2_payload_size', path, message });
  }
  let found = 0;
  const counting: Report = (finding) => {
    found += 1;
    report(finding);
  };
  const context = {
    objects: itemsOf(value, 'objects'),
    fields: itemsOf(value, 'object_fields'),
    triggers: itemsOf(value, 'object_triggers'),
    report: counting,
  };
  checkLimits(context);
  checkSchema(context);
  if (found > 0) return;
  if (settingPlaceholder.test(json)) {
    const message = `${where} uses {{setting.…}}, but settings are not known when objects are made; write the value itself.`;
    return report({ key: 'setting_placeholders_not_allowed_in_cov2_requirements', path, message });
  }
  checkReferences(context);
};
