import type { JsonPath } from '../json/json-document.ts';
import { isObject, type JsonObject } from '../json/values.ts';

/** The form of the vendor's translators: `{ "title": what it is, "value": the text }` in place of a text. */
export const isAnnotatedKeys = (value: JsonObject): boolean =>
  Object.keys(value).length === 2 && Object.hasOwn(value, 'title') && Object.hasOwn(value, 'value');

export interface BareText {
  path: JsonPath;
  name: string;
  value: unknown;
}

/** The first text of the tree that is not annotated. Depth is bounded by the parser. */
export const findBareText = (tree: JsonObject, path: JsonPath = []): BareText | undefined => {
  for (const [name, value] of Object.entries(tree)) {
    const here = [...path, name];
    if (!isObject(value)) return { path: here, name, value };
    if (!isAnnotatedKeys(value)) {
      const found = findBareText(value, here);
      if (found) return found;
    } else if (typeof value['title'] !== 'string' || typeof value['value'] !== 'string') {
      return { path: here, name, value };
    }
  }
  return undefined;
};

/** The file without `app.package`, which marks a file as annotated and is no text itself. */
export const withoutPackage = (tree: JsonObject): JsonObject => {
  const app = tree['app'];
  if (!isObject(app) || !Object.hasOwn(app, 'package')) return tree;
  const { package: _, ...rest } = app;
  return { ...tree, app: rest };
};
