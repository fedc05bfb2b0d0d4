import { badIds } from './shapes.ts';

/** As a client sends it: what is no ASCII is escaped, all else stays as it stands. */
const escaped = (text: string): string => text.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));

/** Segments of a path in an id's place that are no id. */
export const badSegments = [
  ...badIds,
  String(2 ** 63),
  '9223372036854775808',
  `1${'0'.repeat(400)}`,
  '12345678901234567890',
  '-0',
  '+1',
  ' 1',
  '%201',
  '1%20',
  '1%0A',
  '1%2F2',
  '..%2f1',
  '%2e%2e%2f1',
  '1,2',
  '1[]',
  '[1]',
  '{1}',
  '{"id":1}',
  ':id',
  '*path',
  '__proto__',
  'constructor',
  'true',
  'Infinity',
  '１',
].map(escaped);

/** Queries that nobody means, for every route. */
export const badQueries = [
  '?',
  '??',
  '?&&&',
  '?=',
  '?include',
  '?include=&include=app&include[]=x',
  '?include[app]=app',
  '?include=%00',
  '?include=%ZZ',
  '?exclude[a]=b',
  '?exclude=__proto__,constructor',
  '?__proto__[x]=1&constructor[prototype][x]=1',
  '?locale=%00',
  '?locale=..%2f..%2fetc%2fpasswd',
  `?locale=${'x'.repeat(4_000)}`,
  '?locale=de&locale=en&locale[]=fr',
  '?page=-1&per_page=1e400',
  `?x=${'x'.repeat(4_000)}`,
  `?${Array.from({ length: 1_500 }, (_, i) => `a${i}=1`).join('&')}`,
  `?a${'[a]'.repeat(500)}=1`,
];
