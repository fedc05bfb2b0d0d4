import { entriesAt } from '../json/json-document.ts';
import { isObject, jsonType, list, own, show } from '../json/values.ts';
import type { RequirementsContext } from './requirements-context.ts';
import { entriesOf } from './requirements-context.ts';
import { listedTypes, requirementTypes } from './requirement-types.ts';

/** One problem for all unknown types. Package rules of the reference validator 4.52. */
export const checkTypeNames = ({ document, report }: RequirementsContext): void => {
  const unknown = entriesAt(document, []).flatMap(([type]) => (requirementTypes.includes(type) ? [] : [type]));
  if (unknown[0] === undefined) return;
  report({
    key: 'invalid_requirements_types',
    path: [unknown[0]],
    message: `requirements.json has the type ${list(unknown)}; use only ${requirementTypes.join(', ')}.`,
    data: { invalid_types: unknown.join(', '), count: unknown.length },
  });
};

/**
 * Types and entries of a kind that the reference validator 4.52 crashes on, or lets through unread: an entry that is null
 * would be provisioned as nothing, without a word.
 */
export const checkTypeShapes = ({ document, report }: RequirementsContext): void => {
  for (const [type, entries] of entriesAt(document, [])) {
    if (type === 'custom_objects_v2') continue;
    if (!isObject(entries)) {
      report({
        key: 'invalid_requirement_type_structure',
        path: [type],
        message: `${show(type)} in requirements.json is ${show(entries)}; write an object.`,
        data: { type, value: jsonType(entries) },
      });
      continue;
    }
    if (listedTypes.includes(type)) continue;
    for (const [identifier, payload] of entriesAt(document, [type])) {
      if (isObject(payload)) continue;
      report({
        key: 'invalid_requirement_structure',
        path: [type, identifier],
        message: `${show(identifier)} of ${show(type)} in requirements.json is ${show(payload)}; write an object.`,
        data: { type, identifier, value: jsonType(payload) },
      });
    }
  }
};

/** Kinds of targets that the vendor no longer makes; webhooks do their work. */
const deadTargets = ['http_target', 'url_target_v2'];

/** Targets of other kinds pass. Package rules of the reference validator 4.52. */
export const checkTargets = (context: RequirementsContext): void => {
  for (const { payload, path } of entriesOf(context, 'targets')) {
    const type = own(payload, 'type');
    if (typeof type !== 'string' || !deadTargets.includes(type)) continue;
    context.report({
      key: 'invalid_requirements_types',
      path: [...path, 'type'],
      message: `A target in requirements.json has the type ${type}, which is no longer made; use a webhook.`,
      data: { invalid_types: `targets -> ${type}`, count: 1 },
    });
  }
};
