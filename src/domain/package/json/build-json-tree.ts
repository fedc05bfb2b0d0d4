import { type JSONVisitor, type ParseErrorCode, printParseErrorCode } from 'jsonc-parser';
import { type JsonFault, JsonFaultError, syntaxDetail } from './json-fault.ts';
import { describeWhatStands } from './what-stands.ts';

/** A JSON value together with the place where it begins; line and column are one-based. */
export interface JsonNode {
  value: unknown;
  line: number;
  column: number;
  /** Of an object that is not empty. */
  members?: Map<string, JsonNode>;
  items?: JsonNode[];
}

export interface JsonDialect {
  /** Nested objects and lists. Must stay far below the stack (about 5,000): the parser is recursive. */
  maxDepth: number;
  /** What a key that is written twice in one object means: an error, or that the last one counts. */
  duplicates: 'refuse' | 'last';
  /** Objects, lists and scalars together. A value of two bytes (`[]`) takes some hundred in memory. */
  maxValues?: number;
}

/** How the parser says where a token is; line and column count from zero. */
type Token = [offset: number, length: number, line: number, column: number, ...rest: unknown[]];

const placeOf = ([, , line, column]: Token): { line: number; column: number } => ({
  line: line + 1,
  column: column + 1,
});

const stop = (kind: JsonFault['kind'], detail: string, token: Token, name?: string): never => {
  throw new JsonFaultError({ kind, detail, ...placeOf(token), ...(name === undefined ? {} : { name }) });
};

/** An unknown escape stands for its character (`\q` is `q`): the backslash goes, everything else must be JSON. */
const decodeLenient = (raw: string, token: Token): string => {
  try {
    const strict = raw.replaceAll(/\\(.)/gsu, (all, escaped: string) =>
      '"\\/bfnrtu'.includes(escaped) ? all : escaped,
    );
    return String(JSON.parse(strict));
  } catch {
    return stop('syntax', 'this string has a broken escape or a raw control character', token);
  }
};

/** The containers that are open while the parser goes through a text. */
const createTree = ({ maxDepth, maxValues = Number.POSITIVE_INFINITY }: JsonDialect) => {
  const open: { node: JsonNode; key: string }[] = [];
  let root: JsonNode | undefined;
  let count = 0;

  const attach = (node: JsonNode, token: Token): void => {
    count += 1;
    if (count > maxValues) stop('size', `it has more than ${maxValues} values`, token);
    const parent = open.at(-1);
    if (!parent) root = node;
    else if (parent.node.items) {
      parent.node.items.push(node);
      (parent.node.value as unknown[]).push(node.value);
    } else {
      parent.node.members?.set(parent.key, node);
      (parent.node.value as Record<string, unknown>)[parent.key] = node.value;
    }
  };

  return {
    attach,
    begin(node: JsonNode, token: Token): void {
      if (open.length >= maxDepth) stop('syntax', `values are nested more than ${maxDepth} deep`, token);
      attach(node, token);
      open.push({ node, key: '' });
    },
    end: () => void open.pop(),
    /** Gives false when the object has the key already. */
    setKey(key: string): boolean {
      const parent = open.at(-1);
      if (!parent) return true;
      parent.key = key;
      parent.node.members ??= new Map();
      return !parent.node.members.has(key);
    },
    root: () => root,
    count: () => count,
  };
};

const syntaxAt = (text: string, offset: number, code: ParseErrorCode): string =>
  offset >= text.length ? 'the text ends too early' : (describeWhatStands(text, offset) ?? syntaxDetail(code));

/**
 * Gives a visitor for the parser, which builds the tree and throws on the first thing that the dialect refuses.
 * @throws JsonFaultError out of the visitor's methods.
 */
export const jsonTreeBuilder = (
  text: string,
  dialect: JsonDialect,
): { visitor: JSONVisitor; root: () => JsonNode | undefined; count: () => number } => {
  const tree = createTree(dialect);
  const lenientAt = new Set<number>();

  const readString = (value: string, token: Token): string => {
    const [offset, length] = token;
    const read = lenientAt.has(offset) ? decodeLenient(text.slice(offset, offset + length), token) : value;
    // PostgreSQL can store neither of the two, and a lone surrogate has no UTF-8.
    if (/\0|\p{Surrogate}/u.test(read)) stop('unsupported', 'it has \\u0000 or half of a surrogate pair', token);
    return read;
  };

  const visitor: JSONVisitor = {
    onObjectBegin: (...token) => tree.begin({ value: {}, ...placeOf(token) }, token),
    onArrayBegin: (...token) => tree.begin({ value: [], items: [], ...placeOf(token) }, token),
    onObjectEnd: tree.end,
    onArrayEnd: tree.end,
    onObjectProperty: (property, ...token) => {
      const key = readString(property, token);
      if (key === '__proto__') stop('unsupported', 'no key may be called __proto__', token);
      if (!tree.setKey(key) && dialect.duplicates === 'refuse') {
        stop('duplicate', `the key ${JSON.stringify(key.slice(0, 60))} is written twice`, token, key);
      }
    },
    onLiteralValue: (literal: unknown, ...token) => {
      const value = typeof literal === 'string' ? readString(literal, token) : literal;
      if (typeof value === 'number' && !Number.isFinite(value)) stop('unsupported', 'this number is too large', token);
      tree.attach({ value, ...placeOf(token) }, token);
    },
    onError: (code, ...token) => {
      if (printParseErrorCode(code) === 'InvalidEscapeCharacter') lenientAt.add(token[0]);
      else stop('syntax', syntaxAt(text, token[0], code), token);
    },
  };
  return { visitor, root: tree.root, count: tree.count };
};
