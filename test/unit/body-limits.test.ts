import fc from 'fast-check';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { JSON_LIMITS, QUERY_LIMITS, uploadLimits } from '../../src/http/body-limits.ts';
import { findDuplicateKey } from '../../src/http/duplicate-key.ts';
import { countMembers, shapeOfJson } from '../../src/http/json-shape.ts';
import { readQuery } from '../../src/http/read-query.ts';

const sources = async (): Promise<{ file: string; text: string }[]> => {
  const root = path.resolve('src');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
};

describe('the parsers of request bodies and queries', () => {
  it('take their limits from one file only', async () => {
    const calls = /\b(?:express\.(?:json|raw|text|urlencoded)|multer|qs\.parse|querystring\.parse)\(([^)]*)\)/g;
    const found = (await sources()).flatMap(({ file, text }) => {
      const read = [...text.matchAll(calls)].map(([, options]) => options!);
      return read.map((options) => ({ file, options, imports: text.includes('body-limits.ts') }));
    });
    expect(found.length).toBeGreaterThan(4);
    expect(found.filter(({ options, imports }) => !imports || /\d|Infinity/.test(options))).toEqual([]);
  });

  it('read no nested names in multipart bodies', () => {
    expect(uploadLimits(1_000)).toMatchObject({ fieldNestingDepth: 0, fieldArrayIndexLimit: 0, fileSize: 1_000 });
    for (const limit of Object.values(uploadLimits(1_000))) expect(limit).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

describe('a query', () => {
  it('may be left out', () => {
    expect(readQuery(null)).toEqual({});
  });

  it('has flat names only', () => {
    expect({ ...readQuery('a[4294967294]=5&a[x]=5&b=1&b=2&page[size]=3&__proto__[x]=1') }).toEqual({
      'a[4294967294]': '5',
      'a[x]': '5',
      b: ['1', '2'],
      'page[size]': '3',
      '__proto__[x]': '1',
    });
  });

  it('has a largest number of parameters, and no parameter is lost below it', () => {
    const parameters = (count: number): string => Array.from({ length: count }, (_, i) => `a${i}=1`).join('&');
    expect(Object.keys(readQuery(parameters(QUERY_LIMITS.maxParameters)))).toHaveLength(QUERY_LIMITS.maxParameters);
    expect(() => readQuery(parameters(QUERY_LIMITS.maxParameters + 1))).toThrow('at most 200 parameters');
  });
});

describe('the shape of a JSON text', () => {
  it.each([
    ['1', 0, 1],
    ['"[[[["', 0, 1],
    ['"\\"[["', 0, 1],
    ['"\\\\"', 0, 1],
    ['{"a":[1,2,{}]}', 3, 6],
    ['[[],[],[[]]]', 3, 8],
    ['{"[":"{","\\"{":[]}', 2, 4],
  ])('of %s: %d levels, %d values at the most', (json, depth, values) => {
    expect(shapeOfJson(Buffer.from(json))).toMatchObject({ depth, values });
  });

  it.each([
    [' { "a b" : [ 1 ,\t"\\" x" ]\r\n}\n', '{"a b":[1,"\\" x"]}'],
    ['"ä \\\\" ', '"ä \\\\"'],
    ['"unfinished \\', '"unfinished \\'],
  ])('leaves out white space between values: %j', (json, compact) => {
    expect(shapeOfJson(Buffer.from(json)).compact.toString()).toBe(compact);
  });

  it.each([
    ['1', 0],
    ['{"a:b":":"}', 1],
    ['{"a":{"b":[{"c":1},{}]},"__proto__":{"d":null}}', 5],
  ])('of %s: %d members, as many as the value has', (json, members) => {
    expect(shapeOfJson(Buffer.from(json)).members).toBe(members);
    expect(countMembers(JSON.parse(json))).toBe(members);
  });

  it('has more members than the value exactly when a key stands twice', () => {
    const members = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', '__proto__'), fc.jsonValue()), { maxLength: 4 });
    fc.assert(
      fc.property(members, members, (outer, inner) => {
        const write = (all: [string, unknown][], more = ''): string =>
          `{${[...all.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`), more].filter(Boolean).join(' , ')}}`;
        const text = write(outer, `"inner":[${write(inner)}]`);
        const isTwice = countMembers(JSON.parse(text)) < shapeOfJson(Buffer.from(text)).members;
        expect(isTwice).toBe(findDuplicateKey(text) !== undefined);
      }),
    );
  });

  it('counts each value of a list at least once', () => {
    const list = (count: number): Buffer => Buffer.from(`{"a":[${Array(count).fill('{}').join()}]}`);
    const { maxValues } = JSON_LIMITS;
    expect(shapeOfJson(list(maxValues / 2 - 2)).values).toBeLessThanOrEqual(maxValues);
    expect(shapeOfJson(list(maxValues / 2)).values).toBeGreaterThan(maxValues);
  });
});
