import fc from 'fast-check';
import { parameters } from './bad-values.ts';

/** Texts that break things, beside ordinary ones. */
const text = fc.oneof(
  fc.string({ maxLength: 20, unit: 'grapheme' }),
  fc.string({ maxLength: 20, unit: 'binary' }),
  fc.constantFrom('', ' ', '0', '1', '-1', 'true', '1e999', 'a\0', '\ud800', '__proto__', 'constructor', 'https://a.b'),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0, 1, 2 ** 53, -(2 ** 63), 1e308, 5e-324));
export const anyJson = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });

const names = ['name', 'title', ...parameters.map(({ name }) => name), '__proto__', 'constructor', 'nobody'];
const value = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(text, number, fc.boolean(), fc.constant(null)) },
  { weight: 1, arbitrary: anyJson },
);

/** Settings by name, mostly of parameters that the app has. */
export const anySettings = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), value), {
  maxLength: 6,
  selector: ([name]) => name,
});

/** Settings that an app with every kind of parameter takes. */
export const goodSettings = fc.record(
  {
    name: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }).filter((name) => name.trim() !== ''),
    note: fc.string({ unit: 'grapheme', maxLength: 40 }),
    count: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    flag: fc.boolean(),
    link: fc.webUrl({ withQueryParameters: true, withFragments: true }),
    token: fc.string({ minLength: 1, unit: 'grapheme' }),
    lines: fc.string({ unit: 'grapheme', maxLength: 40 }),
    covert: fc.string({ unit: 'grapheme', maxLength: 40 }),
  },
  { requiredKeys: ['name'] },
);

export type Mutation =
  | { kind: 'keep' | 'drop' | 'rename'; at: number }
  | { kind: 'retype'; at: number; value: unknown }
  | { kind: 'add'; key: string; value: unknown }
  | { kind: 'twice'; at: number; value: unknown };

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('keep', 'drop', 'rename'), at: fc.nat(9) }),
  fc.record({ kind: fc.constant('retype'), at: fc.nat(9), value: fc.oneof(value, anyJson) }),
  fc.record({ kind: fc.constant('add'), key: text, value: anyJson }),
  fc.record({ kind: fc.constant('twice'), at: fc.nat(9), value: anyJson }),
);

/** A good body with something done to it, as it is written. */
export const mutated = (good: Record<string, unknown>, { kind, ...how }: Mutation): string => {
  const members = Object.entries(good);
  const at = 'at' in how ? how.at % members.length : 0;
  const [key = '', old] = members[at] ?? [];
  if (kind === 'drop') members.splice(at, 1);
  if (kind === 'rename') members[at] = [`${key}s`, old];
  if (kind === 'retype' && 'value' in how) members[at] = [key, how.value];
  if (kind === 'twice' && 'value' in how) members.push([key, how.value]);
  if (kind === 'add' && 'key' in how) members.push([how.key, how.value]);
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one) ?? 'null'}`).join(',')}}`;
};

/** Headers that clients, proxies and scanners send, right and wrong. */
export const headers = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        'content-type': fc.constantFrom(
          'application/json; charset=utf-8',
          'application/json;charset="UTF-8"',
          'application/JSON',
          'application/json; charset=latin1',
          'application/vnd.api+json',
          'text/json',
          '*/*',
          ';',
        ),
        'accept-language': fc.constantFrom('de', '*', 'x;q=9', ',,,', `${'de,'.repeat(500)}en`, 'en-US-x-1'),
        accept: fc.constantFrom('text/html', 'application/xml', '*/*;q=0', ''),
        'content-encoding': fc.constantFrom('identity', 'gzip', 'br', 'none'),
        'x-forwarded-for': fc.constantFrom('127.0.0.1', 'unknown, 1.2.3.4', '::1', "'; drop table x"),
        'x-http-method-override': fc.constantFrom('DELETE', 'PATCH'),
        'if-none-match': fc.constantFrom('*', '"x"'),
        range: fc.constantFrom('bytes=0-0', 'bytes=9-1'),
      },
      { requiredKeys: [] },
    ),
  },
);
