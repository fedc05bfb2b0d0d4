import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDuplicateKey } from '../../src/http/duplicate-key.ts';

describe('a key that stands twice in JSON', () => {
  it.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"":1, "" :2}', ''],
    ['{"__proto__":{},"__proto__":{}}', '__proto__'],
    ['{"a":{"b":[{"c":1,"c":2}]}}', 'c'],
    ['[{"a":1},{"a":[],"b":{},"a":{}}]', 'a'],
    ['{"a":"{","b":"}","a":"["}', 'a'],
    [`${'['.repeat(200_000)}{"a":1,"a":2}${']'.repeat(200_000)}`, 'a'],
  ])('is found', (json, key) => {
    expect(findDuplicateKey(json)).toBe(key);
  });

  it.each(['{}', '{"a":1,"b":1}', '[{"a":1},{"a":1}]', '{"a":{"a":{"a":1}},"b":{"a":1}}', '{"a":"a","b":["a","a"]}'])(
    'is not found in %s',
    (json) => {
      expect(findDuplicateKey(json)).toBeUndefined();
    },
  );

  it('is in no text that a value was written to', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(findDuplicateKey(JSON.stringify(value))).toBeUndefined();
      }),
    );
  });

  it('is found wherever it is put', () => {
    const members = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue()), { minLength: 1 });
    fc.assert(
      fc.property(members, fc.nat(), (all, at) => {
        const again = [...all, all[at % all.length]!];
        const text = again.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join();
        expect(findDuplicateKey(`[{"x":{${text}}}]`)).toBeTypeOf('string');
      }),
    );
  });
});
