import type { JsonDocument, JsonPath } from '../json/json-document.ts';
import { entriesAt } from '../json/json-document.ts';
import { has, isObject, type JsonObject, showPath } from '../json/values.ts';
import type { Report } from '../problem-list.ts';

/** What every check of the requirements works on. */
export interface RequirementsContext {
  document: JsonDocument;
  requirements: JsonObject;
  report: Report;
}

/** One entry of a type that is written as `{ identifier: payload }`. */
export interface Entry {
  identifier: string;
  payload: JsonObject;
  path: JsonPath;
}

/** The well-formed entries of a type, in the order of the file. */
export const entriesOf = ({ document }: RequirementsContext, type: string): Entry[] =>
  entriesAt(document, [type]).flatMap(([identifier, payload]) =>
    isObject(payload) ? [{ identifier, payload, path: [type, identifier] }] : [],
  );

/** Reports the fields that are not there; their values are free. */
export const requireFields = (report: Report, entry: Entry, fields: readonly string[]): void => {
  for (const field of fields) {
    if (has(entry.payload, field)) continue;
    report({
      key: 'missing_required_fields',
      path: entry.path,
      message: `${showPath(entry.path)} in requirements.json has no "${field}"; add it.`,
      data: { field, identifier: entry.identifier },
    });
  }
};
