import type { JsonNode } from '../json/build-json-tree.ts';
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

/** The members of an object in the order of the file, without `app.package`: it marks a file, and is no text. */
const membersOf = (node: JsonNode, path: JsonPath): Map<string, JsonNode> => {
  const members = node.members ?? new Map<string, JsonNode>();
  if (path.length !== 1 || path[0] !== 'app') return members;
  return new Map([...members].filter(([name]) => name !== 'package'));
};

/** The first text of the file that is not annotated. Depth is bounded by the parser. */
export const findBareText = (node: JsonNode, path: JsonPath = []): BareText | undefined => {
  for (const [name, member] of membersOf(node, path)) {
    const here = [...path, name];
    if (!isObject(member.value)) return { path: here, name, value: member.value };
    const texts = membersOf(member, here);
    const isAnnotated = texts.size === 2 && texts.has('title') && texts.has('value');
    if (!isAnnotated) {
      const found = findBareText(member, here);
      if (found) return found;
    } else if ([...texts.values()].some(({ value }) => typeof value !== 'string')) {
      return { path: here, name, value: member.value };
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
