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
    ['a byte order mark, which whoever reads the file has dropped', '\uFEFF{}', 'syntax'],
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

describe('says what stands there', () => {
  test.each([
    [
      'curly quotes',
      '{\u201Ca\u201D: 1}',
      'this is a curly quote (\u201C, U+201C) in place of a straight double quote',
    ],
    ['a curly quote after a key', '{"a\u201D: 1}', 'this string is not closed on its line'],
    ['single quotes', "{'a': 1}", 'this is a single quote in place of a straight double quote'],
    ['a typographic apostrophe', '{"a": \u2019x\u2019}', 'this is a quote of another kind (\u2019, U+2019)'],
    ['a no-break space', '{\n\u00A0 "a": 1}', 'this is another character than a plain space (U+00A0)'],
    ['a zero-width space', '{"a":\u200B 1}', 'this is another character than a plain space (U+200B)'],
    ['a second byte order mark', '\uFEFF{}', 'this is another character than a plain space (U+FEFF)'],
    ['the first mark of a conflict', '{\n<<<<<<< HEAD\n"a": 1', 'this is a mark of a merge conflict (<<<<<<<)'],
    ['the middle mark of a conflict', '{"a": 1\n=======\n', 'this is a mark of a merge conflict (=======)'],
    ['the last mark of a conflict', '{"a": 1\r\n>>>>>>> branch\r\n}', 'this is a mark of a merge conflict (>>>>>>>)'],
    ['NUL', '{"a": \0 1}', 'this is a NUL character (U+0000), so the file is no text in UTF-8'],
    ['a comment of a script', '{\n# x\n"a": 1}', 'JSON has no comments that begin with #'],
    ['a comma before a brace', '{"a": 1,\n}', 'the comma before this } is one too many'],
    ['a comma before a bracket', '[1, /* last */ ]', 'the comma before this ] is one too many'],
    ['a comma and a comment before a brace', '{"a": 1, // last\n}', 'the comma before this } is one too many'],
    ['an end that comes too early', '{"a": 1', 'the text ends too early'],
    ['a word', '{"a": yes}', 'this is no JSON value (single quotes, NaN or a word without quotes)'],
  ])('%s', (_, text, detail) => {
    expect(read(text)).toMatchObject({ fault: { kind: 'syntax', detail: expect.stringContaining(detail) as string } });
  });

  test('in time, however long the file is before it', () => {
    const text = `[${'1, '.repeat(60_000)}]`;
    expect(read(text)).toMatchObject({ fault: { detail: 'the comma before this ] is one too many' } });
  });
});

test('says where the fault is', () => {
  expect(read('{\n  "a": 1,\n  "a": 2\n}')).toMatchObject({ fault: { line: 3, column: 3, name: 'a' } });
  expect(read('{\r\n  "a": x\r\n}')).toMatchObject({ fault: { line: 2, column: 8 } });
});
