import { describe, expect, it } from 'vitest';
import {
  checkSettings,
  defaultSettings,
  effectiveSettings,
  isGiven,
  isSecret,
  missingSettingNames,
  type Scalar,
  type SettingParameter,
} from '../../src/domain/settings.ts';

const parameter = (over: Partial<SettingParameter>): SettingParameter => ({
  name: 'p',
  kind: 'text',
  required: false,
  secure: false,
  defaultValue: null,
  ...over,
});

describe('a setting', () => {
  it.each([
    ['text', 6, '6'],
    ['text', true, 'true'],
    ['text', null, null],
    ['multiline', 'a\nb', 'a\nb'],
    ['number', '6', 6],
    ['number', 6.5, 6.5],
    ['number', ' -1.5e3\n', -1500],
    ['number', '.5', 0.5],
    ['text', 9007199254740991, '9007199254740991'],
    ['text', -0.5, '-0.5'],
    ['number', '', null],
    ['checkbox', 'true', true],
    ['checkbox', '0', false],
    ['checkbox', false, false],
    ['url', 'https://example.com/x', 'https://example.com/x'],
    ['url', '', ''],
    ['hidden', 'x', 'x'],
    ['oauth', 'x', 'x'],
  ] as const)('of kind %s takes %j as %j', (kind, given, value) => {
    expect(checkSettings([parameter({ kind })], { p: given })).toEqual({ values: { p: value }, problems: [] });
  });

  it.each([
    ['number', 'six', 'a number'],
    ['number', ' ', 'a number'],
    ['number', true, 'a number'],
    ['number', '0x10', 'a number'],
    ['number', '0b1', 'a number'],
    ['number', '0o7', 'a number'],
    ['number', '1e999', 'a number'],
    ['number', Infinity, 'a number'],
    ['text', Infinity, 'a text: this number is not exact, so put it in quotes'],
    ['multiline', 2 ** 53, 'a text: this number is not exact, so put it in quotes'],
    ['text', -1e300, 'a text: this number is not exact, so put it in quotes'],
    ['checkbox', 'yes', 'true or false'],
    ['checkbox', 2, 'true or false'],
    ['url', 'example.com', 'an http or https URL'],
    ['url', 'javascript:alert(1)', 'an http or https URL'],
    ['url', 5, 'an http or https URL'],
    ['text', 'a\0b', 'a text without NUL characters and broken surrogate pairs'],
    ['multiline', '\ud800', 'a text without NUL characters and broken surrogate pairs'],
    ['url', 'https://example.com/\0', 'an http or https URL'],
    ['text', {}, 'a text, a number, true, false or null'],
    ['text', [], 'a text, a number, true, false or null'],
  ] as const)('of kind %s refuses %j', (kind, given, expected) => {
    const { values, problems } = checkSettings([parameter({ kind })], { p: given });
    expect(values).toEqual({});
    expect(problems).toEqual([{ name: 'p', message: `The setting "p" must be ${expected}.` }]);
  });

  it('has 65536 characters at the most, whatever its kind', () => {
    for (const kind of ['text', 'multiline', 'hidden', 'oauth', 'mtls', 'url', 'number', 'checkbox'] as const) {
      const { problems } = checkSettings([parameter({ kind })], { p: `https://example.com/${'x'.repeat(65_536)}` });
      expect(problems).toEqual([{ name: 'p', message: 'The setting "p" must have 65536 characters at the most.' }]);
    }
    expect(checkSettings([parameter({})], { p: 'x'.repeat(65_536) }).problems).toEqual([]);
  });

  it('that was kept when there was no limit is shown as it is', () => {
    const p = 'x'.repeat(65_537);
    expect(effectiveSettings([parameter({})], { p })).toEqual({ p });
  });

  it('that the app does not have is refused with those it has', () => {
    const { problems } = checkSettings([parameter({ name: 'a' }), parameter({ name: 'b' })], { c: 1 });
    expect(problems).toEqual([{ name: 'c', message: 'The app has no setting "c"; it has name, a, b.' }]);
  });

  it('that the app does not have is one of many: those it has are said once', () => {
    const { problems } = checkSettings([parameter({ name: 'a' })], { x: 1, y: 1, ['z'.repeat(100)]: 1 });
    expect(problems.map(({ message }) => message)).toEqual([
      'The app has no setting "x"; it has name, a.',
      'The app has no setting "y".',
      `The app has no setting "${'z'.repeat(60)}…".`,
    ]);
  });

  it('called like a member of every object is unknown too', () => {
    expect(checkSettings([], { constructor: 1 }).problems).toHaveLength(1);
  });

  it('has the default of its parameter where there is one', () => {
    expect(defaultSettings([parameter({ name: 'a', defaultValue: 3 }), parameter({ name: 'b' })])).toEqual({ a: 3 });
  });

  it('counts as given unless it is empty', () => {
    expect([false, 0, 'x'].every(isGiven)).toBe(true);
    expect([undefined, null, ''].some(isGiven)).toBe(false);
  });
});

describe('a parameter', () => {
  it.each([
    ['text', false, false],
    ['text', true, true],
    ['hidden', false, false],
    ['hidden', true, true],
    ['oauth', false, true],
    ['mtls', false, true],
  ] as const)('of kind %s with secure %j is secret: %j', (kind, secure, secret) => {
    expect(isSecret({ kind, secure })).toBe(secret);
  });
});

describe('what is stored, under the parameters of a version,', () => {
  const valueOf = (over: Partial<SettingParameter>, settings: Record<string, Scalar>): Scalar =>
    effectiveSettings([parameter(over)], settings)['p']!;

  it.each([
    ['text', 6, '6'],
    ['text', true, 'true'],
    ['number', '6', 6],
    ['number', 'abc', null],
    ['number', true, null],
    ['checkbox', 'true', true],
    ['checkbox', 'abc', null],
    ['url', 'https://example.com', 'https://example.com'],
    ['url', 'abc', null],
  ] as const)('is read as %s: %j is %j', (kind, stored, value) => {
    expect(valueOf({ kind }, { p: stored })).toBe(value);
  });

  it('is the default where nothing is stored, but not where an empty value is', () => {
    const number = { kind: 'number', defaultValue: 3 } as const;
    expect(valueOf(number, {})).toBe(3);
    expect(valueOf(number, { p: 'abc' })).toBeNull();
    expect(valueOf(number, { p: null })).toBeNull();
    expect(valueOf({ defaultValue: 'x' }, { p: '' })).toBe('');
    expect(valueOf({ kind: 'number', defaultValue: 'three' }, {})).toBeNull();
  });

  it('is null where it is secret, whatever is stored', () => {
    expect(valueOf({ secure: true, defaultValue: 'x' }, { p: 'y' })).toBeNull();
    expect(valueOf({ kind: 'oauth' }, { p: 'y' })).toBeNull();
  });

  it('is one value for each parameter, and nothing for a parameter that is gone', () => {
    const parameters = [parameter({ name: 'constructor' }), parameter({ name: '__proto__' }), parameter({ name: 'a' })];
    const settings = JSON.parse('{"__proto__":"x","gone":"y"}') as Record<string, Scalar>;
    expect(Object.entries(effectiveSettings(parameters, settings))).toEqual([
      ['constructor', null],
      ['__proto__', 'x'],
      ['a', null],
    ]);
  });
});

describe('a setting is missing', () => {
  const missing = (
    over: Partial<SettingParameter>,
    { settings = {}, secretNames = [] }: { settings?: Record<string, Scalar>; secretNames?: string[] } = {},
  ): string[] => missingSettingNames({ parameters: [parameter({ required: true, ...over })], settings, secretNames });

  it('when it is required and has neither value nor default', () => {
    expect(missing({})).toEqual(['p']);
    expect(missing({ required: false })).toEqual([]);
    expect(missing({ defaultValue: 'x' })).toEqual([]);
    expect(missing({}, { settings: { p: 'x' } })).toEqual([]);
    for (const p of ['', null]) expect(missing({ defaultValue: 'x' }, { settings: { p } })).toEqual(['p']);
  });

  it('not when it is false or 0', () => {
    expect(missing({ kind: 'checkbox' }, { settings: { p: false } })).toEqual([]);
    expect(missing({ kind: 'number' }, { settings: { p: 0 } })).toEqual([]);
  });

  it('when what is stored does not fit its kind', () => {
    expect(missing({ kind: 'number' }, { settings: { p: 'abc' } })).toEqual(['p']);
    expect(missing({ kind: 'number', defaultValue: 'three' })).toEqual(['p']);
  });

  it('when it is secret and neither sealed nor with a default', () => {
    for (const over of [{ secure: true }, { kind: 'oauth' }] as const) {
      expect(missing(over)).toEqual(['p']);
      expect(missing(over, { secretNames: ['p'] })).toEqual([]);
      expect(missing({ ...over, defaultValue: 'x' })).toEqual([]);
    }
  });

  it('when its sealed value is of a time when it was secret', () => {
    expect(missing({}, { secretNames: ['p'] })).toEqual(['p']);
  });

  it('never when it is hidden: nobody is asked for it', () => {
    expect(missing({ kind: 'hidden' })).toEqual([]);
  });
});
