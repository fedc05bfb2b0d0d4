/** A value that a field must not have; `says`: what the description names instead of the field. */
export interface BadValue {
  value: unknown;
  says?: string;
}

const long = (length: number): string => 'x'.repeat(length);
const all = (values: unknown[], says?: string): BadValue[] =>
  values.map((value) => ({ value, ...(says !== undefined && { says }) }));

const UNSTORABLE = ['a\0b', 'a\ud800', '\udfffa'];

/** Of an id in a body, which may be a number or a text. */
export const notAnId: BadValue[] = all([
  '',
  ' ',
  'abc',
  'undefined',
  0,
  -1,
  -0.5,
  1.5,
  2 ** 53,
  2 ** 63,
  1e20,
  1e308,
  '1.5',
  '-1',
  '0',
  '01',
  '0x10',
  '1e3',
  ' 1',
  '1\n',
  '9007199254740993',
  '9223372036854775808',
  '9'.repeat(20),
  `1${'0'.repeat(400)}`,
  true,
  false,
  [],
  [1],
  {},
  { id: 1 },
  '\0',
  '1\0',
]);

/** Of a field that must be there besides: null is as good as nothing. */
export const notAnIdNorNothing: BadValue[] = [...notAnId, ...all([null, undefined])];

export const notAText = (max: number): BadValue[] =>
  all([5, 0, true, false, '', '   ', '\n\t', [], {}, ['a'], long(max + 1), ...UNSTORABLE]);

export const notABoolean: BadValue[] = all(['yes', 'true', '', 1, 0, {}, [], [true]]);

export const notOneOf = (good: string): BadValue[] =>
  all([5, true, '', {}, [], [good], `${good} `, good.toUpperCase(), '__proto__', 'constructor', `${good}\0`]);

export const notRestrictions: BadValue[] = all([
  'a',
  5,
  true,
  {},
  [{}],
  [[]],
  [1.5],
  [2 ** 63],
  [1e20],
  [null],
  [true],
  [''],
  ['  '],
  [long(256)],
  ...UNSTORABLE.map((text) => [text]),
  Array.from({ length: 1_001 }, String),
]);

export const notSettings: BadValue[] = [
  ...all(['text', '', 5, true, [], ['a']]),
  ...all([{ name: '' }, { name: {} }, { name: [] }, { name: 5 }, { name: long(256) }, { name: 'a\0' }], 'name'),
  ...all([{ count: 'many' }, { count: {} }, { count: [1] }, { count: true }, { count: '0x10' }], 'count'),
  ...all([{ flag: 'maybe' }, { flag: 2 }, { flag: [] }], 'flag'),
  ...all([{ link: 'nowhere' }, { link: 'javascript:alert(1)' }, { link: 5 }], 'link'),
  ...all([{ note: {} }, { note: ['a'] }, { note: 'a\0b' }, { note: 'a\ud800' }, { note: 2 ** 53 }], 'note'),
  ...all([{ note: long(65_537) }, { token: long(65_537) }], '65536 characters'),
];

/** Settings that the app does not have: some APIs refuse them. */
export const unknownSettings: BadValue[] = [
  ...all([[{ name: 'name', value: 'x' }]]),
  ...all([{ nobody: 1 }, { nobody: null }], 'nobody'),
  ...all([JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":{"name":"x"}}')], '__proto__'),
  ...all([{ constructor: 'x' }, { name: 'x', constructor: { prototype: 1 } }], 'constructor'),
];

export const notSettingsObjects: BadValue[] = [
  ...all([
    'text',
    5,
    {},
    { name: 'x' },
    [5],
    ['a'],
    [null],
    [[]],
    [{}],
    [{ value: 1 }],
    [{ name: 5 }],
    [{ name: null, value: 1 }],
    Array.from({ length: 1_001 }, (_, index) => ({ name: `s${index}`, value: 1 })),
    [
      { name: 'note', value: 'x' },
      { name: 'note', value: 'y' },
    ],
  ]),
  ...all([[{ name: 'count', value: 'many' }]], 'count'),
];

export const notInstallations: BadValue[] = all([
  undefined,
  null,
  'a',
  5,
  {},
  [],
  [{}],
  [[]],
  [null],
  ['a'],
  [0],
  [-1],
  [1.5],
  [2 ** 63],
  ['9'.repeat(20)],
  [999_999],
  [1, 1],
  ['1', 1],
  Array.from({ length: 10_001 }, (_, i) => i + 1),
]);

export const notCategories: BadValue[] = all([
  null,
  'Games',
  5,
  {},
  [5],
  [null],
  [''],
  ['  '],
  [[]],
  [long(101)],
  ...UNSTORABLE.map((text) => [text]),
  Array.from({ length: 21 }, String),
]);

export const notStars: BadValue[] = all([undefined, null, 0, 6, -1, 1.5, 2 ** 63, '5', '', true, [], [5], {}]);

/** The package whose app has the settings that the values above are about. */
export const parameters = [
  { name: 'note', type: 'text' },
  { name: 'count', type: 'number' },
  { name: 'flag', type: 'checkbox' },
  { name: 'link', type: 'url' },
  { name: 'token', type: 'text', secure: true },
  { name: 'lines', type: 'multiline' },
  { name: 'covert', type: 'hidden' },
];
