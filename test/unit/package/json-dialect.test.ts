import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/domain/package/json/parse-json.ts';

const read = (text: string, duplicates: 'refuse' | 'last' = 'refuse', maxDepth = 100) =>
  parseJson(text, { duplicates, maxDepth });

const valueOf = (text: string, duplicates: 'refuse' | 'last' = 'refuse'): unknown => {
  const result = read(text, duplicates);
  if ('fault' in result) throw new Error(result.fault.detail);
  return result.root.value;
};

describe('accepts', () => {
  test.each<[string, string, unknown]>([
    ['line comments', '// a\n{"a":1} // b', { a: 1 }],
    ['block comments', '/* a\n */ [1, /* b */ 2]', [1, 2]],
    ['unknown escapes', '["\\q\\Z", "\\\\q", "\\u0041\\/"]', ['qZ', '\\q', 'A/']],
    ['scalars at the top', ' "x" ', 'x'],
    ['numbers', '[-1.5e+3, 0, 0.1]', [-1500, 0, 0.1]],
    ['keys that look inherited', '{"toString":1,"constructor":{}}', { toString: 1, constructor: {} }],
  ])('%s', (_, text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  test('100 levels, not 101', () => {
    expect(read('['.repeat(100) + ']'.repeat(100))).toHaveProperty('root');
    expect(read('['.repeat(101) + ']'.repeat(101))).toHaveProperty('fault.kind', 'syntax');
  });

  test('the last of two keys where that is allowed', () => {
    expect(valueOf('{"a":1,"a":2}', 'last')).toEqual({ a: 2 });
  });
});

describe('refuses', () => {
  test.each<[string, string, 'syntax' | 'duplicate' | 'unsupported']>([
    ['nothing', '', 'syntax'],
    ['only a comment', '// x', 'syntax'],
    ['a comment without an end', '{} /* x', 'syntax'],
    ['a trailing comma in an object', '{"a":1,}', 'syntax'],
    ['a trailing comma in a list', '[1,]', 'syntax'],
    ['single quotes', "{'a':1}", 'syntax'],
    ['NaN', '[NaN]', 'syntax'],
    ['Infinity', '[-Infinity]', 'syntax'],
    ['a raw tab in a string', '["a\tb"]', 'syntax'],
    ['a raw tab behind an unknown escape', '["\\q\tb"]', 'syntax'],
    ['a raw line break in a string', '["a\nb"]', 'syntax'],
    ['leading zeros', '{"x":01}', 'syntax'],
    ['text behind the value', '{} {}', 'syntax'],
    ['a byte order mark', '\uFEFF{}', 'syntax'],
    ['three digits behind \\u', '["\\u12"]', 'syntax'],
    ['three digits behind \\u, with an unknown escape', '["\\q\\u12"]', 'syntax'],
    ['a missing brace', '{"a":{"b":1}', 'syntax'],
    ['the same key twice', '{"a":1,"a":1}', 'duplicate'],
    ['the same key twice, deep, written differently', '{"x":[{"b":1,"\\u0062":2}]}', 'duplicate'],
    ['U+0000', '["\\u0000"]', 'unsupported'],
    ['half of a surrogate pair', '["\\ud800"]', 'unsupported'],
    ['a number beyond all bounds', '[1e999]', 'unsupported'],
    ['the key __proto__', '{"__proto__":{}}', 'unsupported'],
  ])('%s', (_, text, kind) => {
    expect(read(text)).toHaveProperty('fault.kind', kind);
  });

  test('depth without using the stack', () => {
    expect(read('['.repeat(500_000))).toHaveProperty('fault.kind', 'syntax');
    expect(read('{"a":'.repeat(200_000))).toHaveProperty('fault.kind', 'syntax');
  });
});

test('says where the fault is', () => {
  expect(read('{\n  "a": 1,\n  "a": 2\n}')).toMatchObject({ fault: { line: 3, column: 3, name: 'a' } });
  expect(read('{\r\n  "a": x\r\n}')).toMatchObject({ fault: { line: 2, column: 8 } });
});
