import { describe, expect, it } from 'vitest';
import {
  checkSettings,
  defaultSettings,
  isGiven,
  missingSettings,
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

  it('that the app does not have is refused with those it has', () => {
    const { problems } = checkSettings([parameter({ name: 'a' }), parameter({ name: 'b' })], { c: 1 });
    expect(problems).toEqual([{ name: 'c', message: 'The app has no setting "c"; it has name, a, b.' }]);
  });

  it('called like a member of every object is unknown too', () => {
    expect(checkSettings([], { constructor: 1 }).problems).toHaveLength(1);
  });

  it('has the default of its parameter, and is missing when that is required and there is none', () => {
    const parameters = [parameter({ name: 'a', defaultValue: 3 }), parameter({ name: 'b', required: true })];
    const values = defaultSettings(parameters);
    expect(values).toEqual({ a: 3 });
    expect(missingSettings(parameters, (name) => isGiven(values[name]))).toEqual([
      { name: 'b', message: 'The setting "b" is required.' },
    ]);
  });

  it('counts as given unless it is empty', () => {
    expect([false, 0, 'x'].every(isGiven)).toBe(true);
    expect([undefined, null, ''].some(isGiven)).toBe(false);
  });
});
