import type { PackageProblem } from '../problem.ts';
import type { JsonNode } from './build-json-tree.ts';

export type JsonPath = readonly (string | number)[];

/** A JSON file of a package that could be read. */
export interface JsonDocument {
  file: string;
  root: JsonNode;
}

/** Longer pointers are of no use to a reader; the line is. */
const maxPointer = 1_000;

const step = (node: JsonNode, part: string | number): JsonNode | undefined =>
  typeof part === 'number' ? node.items?.[part] : node.members?.get(part);

/**
 * Where a value stands, for a problem. A path that leads nowhere is followed as far as it goes: a missing key is
 * located at the object that lacks it.
 */
export const locate = (
  document: JsonDocument,
  path: JsonPath,
): Pick<PackageProblem, 'file' | 'pointer' | 'line' | 'column'> => {
  let node = document.root;
  let pointer = '';
  for (const part of path) {
    const next = step(node, part);
    if (!next) break;
    node = next;
    pointer += `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  const place = { file: document.file, line: node.line, column: node.column };
  return pointer.length > maxPointer ? place : { ...place, pointer };
};

/** The members of the object at `path`, in the order of the file (a JavaScript object puts `"1"` before `"a"`). */
export const entriesAt = (document: JsonDocument, path: JsonPath): [key: string, value: unknown][] => {
  let node: JsonNode | undefined = document.root;
  for (const part of path) node = node && step(node, part);
  return [...(node?.members ?? [])].map(([key, member]) => [key, member.value]);
};
