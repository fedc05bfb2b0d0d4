import { visit } from 'jsonc-parser';
import { type JsonDialect, type JsonNode, jsonTreeBuilder } from './build-json-tree.ts';
import { type JsonFault, JsonFaultError } from './json-fault.ts';

/**
 * Reads JSON as the package rules of the reference validator 4.52 want it: comments and unknown escapes are taken,
 * trailing commas, single quotes, raw control characters and text after the value are not. Strings
 * that cannot be stored and a key `__proto__` are refused on top of that.
 * Linear in the text. `count`: of the values in it.
 */
export const parseJson = (
  text: string,
  dialect: JsonDialect,
): { root: JsonNode; count: number } | { fault: JsonFault } => {
  const builder = jsonTreeBuilder(text, dialect);
  try {
    visit(text, builder.visitor);
  } catch (error) {
    if (error instanceof JsonFaultError) return { fault: error.fault };
    throw error;
  }
  const root = builder.root();
  return root
    ? { root, count: builder.count() }
    : { fault: { kind: 'syntax', detail: 'the text ends too early', line: 1, column: 1 } };
};
