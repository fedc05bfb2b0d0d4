const long = (length: number): string => 'x'.repeat(length);

/**
 * JSON that breaks code which converts a value before it checks its type: objects that shadow the methods of a conversion,
 * lists in lists, numbers beyond what a number or a column keeps, texts that Postgres cannot store. As JSON text, because
 * no object literal has an own member `__proto__`, and no number is `1e400`.
 */
const hostileJson: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '9007199254740993',
  '1e308',
  '1e400',
  `1${'0'.repeat(400)}`,
  '""',
  '"[object Object]"',
  '"a\\u0000"',
  '"\\ud800"',
  '"__proto__"',
  `"${long(70_000)}"`,
  '[]',
  '[[[["a"]]]]',
  '[null]',
  '[{"toString":1}]',
  `${'['.repeat(90)}${']'.repeat(90)}`,
  '{}',
  '{"toString":1}',
  '{"toString":1,"valueOf":1}',
  '{"toString":{},"valueOf":[]}',
  '{"toJSON":1}',
  '{"then":1}',
  '{"constructor":{"prototype":{"toString":1}}}',
  '{"__proto__":{"toString":1}}',
  '{"length":-1,"0":"a"}',
  '{"id":{"toString":1},"name":{"toString":1},"value":{"toString":1}}',
  '{"id":[[1]],"codename":[[1]]}',
];

/** For positions inside a member, of which there are many: one of each kind. */
const hostileInside: readonly string[] = [
  'true',
  '1e400',
  '"a\\u0000\\ud800"',
  '[{"toString":1}]',
  '{"toString":1,"valueOf":1}',
  '{"__proto__":{"toString":1}}',
];

const MARK = '@@hostile@@';

export interface HostileBody {
  /** The member of the body that holds the hostile value. */
  field: string;
  /** The value. */
  json: string;
  body: string;
}

/** Puts hostile values into every position of a body: each member and each element, at every depth. */
export const hostileBodies = (good: unknown): HostileBody[] =>
  Object.keys(good as object).flatMap((field) =>
    variants((good as Record<string, unknown>)[field]).flatMap((value) => {
      const whole = Array.isArray(good)
        ? good.map((one: unknown, i) => (String(i) === field ? value : one))
        : { ...(good as object), [field]: value };
      const text = JSON.stringify(whole);
      const values = value === MARK ? hostileJson : hostileInside;
      return values.map((json) => ({ field, json, body: text.replace(`"${MARK}"`, () => json) }));
    }),
  );

/** The value with the mark in place of itself, and of everything in it. */
const variants = (value: unknown): unknown[] => {
  if (typeof value !== 'object' || value === null) return [MARK];
  const inner = Object.keys(value).flatMap((key) =>
    variants((value as Record<string, unknown>)[key]).map((one) =>
      Array.isArray(value) ? value.map((old: unknown, i) => (String(i) === key ? one : old)) : { ...value, [key]: one },
    ),
  );
  return [MARK, ...inner];
};

/** Whether no field takes the value, so that a refusal of the request has to name the field. */
export const isNeverTaken = (json: string): boolean => /^\[*\{"toString"/.test(json);

/** As they stand in a query or a path. */
export const hostileTexts: readonly string[] = [
  '',
  '%20',
  '%00',
  'a%00b',
  '%ED%A0%80',
  '%ZZ',
  '%',
  '%E0%A4%A',
  '1e400',
  '-1',
  '0x10',
  '9007199254740993',
  '9'.repeat(400),
  'NaN',
  'null',
  'true',
  '[object%20Object]',
  '__proto__',
  'constructor',
  'toString',
  '%7B%22toString%22:1%7D',
  '%F0%9F%98%80',
  '%0d%0aX-Injected:%201',
  long(7_000),
];

/** Of a query: Node refuses a request whose headers have more than 16 KiB. */
const MOST_CHARACTERS = 12_000;

/** Queries with a parameter in forms that a parser may make other types of. */
export const hostileQueries = (name: string): string[] => {
  const key = encodeURIComponent(name);
  return [
    ...hostileTexts.map((text) => `?${key}=${text}`),
    `?${key}`,
    `?${key}=1&${key}=2`,
    `?${key}=a&${key}=`,
    `?${key}[]=1`,
    `?${key}[toString]=1`,
    `?${key}[__proto__][toString]=1`,
    `?${key}[4294967294]=1&${key}[x]=1`,
    `?${name}!=1`,
    `?${name}=%3E1%3C`,
    `?${`${key}=1&`.repeat(Math.min(1_100, Math.floor(MOST_CHARACTERS / (key.length + 3))))}`,
  ];
};
