import type { ParameterDefinition } from './package/definition.ts';
import { isStorable } from './storable-text.ts';

/** A setting's value. */
export type Scalar = string | number | boolean | null;

export type SettingParameter = Pick<ParameterDefinition, 'name' | 'kind' | 'required' | 'secure' | 'defaultValue'>;

/** What is wrong with one setting; `name` is the setting's. */
export interface SettingProblem {
  name: string;
  message: string;
}

export interface SettingsCheck {
  /** The values that pass, in the type of their parameter. */
  values: Record<string, Scalar>;
  problems: SettingProblem[];
}

const invalid = Symbol('invalid');

const toText = (value: Scalar): Scalar | typeof invalid => {
  if (value === null) return null;
  return isStorable(String(value)) ? String(value) : invalid;
};

const toNumber = (value: Scalar): Scalar | typeof invalid => {
  if (value === '' || value === null) return null;
  const number = typeof value === 'string' ? Number(value.trim() === '' ? NaN : value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : invalid;
};

const toBoolean = (value: Scalar): Scalar | typeof invalid => {
  if (typeof value === 'boolean' || value === null) return value;
  if (value === 'true' || value === 1 || value === '1') return true;
  if (value === 'false' || value === 0 || value === '0' || value === '') return false;
  return invalid;
};

const toUrl = (value: Scalar): Scalar | typeof invalid => {
  if (value === '' || value === null) return value;
  if (typeof value !== 'string' || !URL.canParse(value)) return invalid;
  return ['http:', 'https:'].includes(new URL(value).protocol) && isStorable(value) ? value : invalid;
};

const expected = (kind: SettingParameter['kind']): string => {
  if (kind === 'number') return 'a number';
  if (kind === 'checkbox') return 'true or false';
  return kind === 'url' ? 'an http or https URL' : 'a text without NUL characters and broken surrogate pairs';
};

const coerce = (kind: SettingParameter['kind'], value: Scalar): Scalar | typeof invalid => {
  switch (kind) {
    case 'number':
      return toNumber(value);
    case 'checkbox':
      return toBoolean(value);
    case 'url':
      return toUrl(value);
    case 'text':
    case 'multiline':
    case 'hidden':
    case 'oauth':
    case 'mtls':
      return toText(value);
  }
};

/**
 * Checks the values somebody gave against an app's parameters. Clients' prompts give text for everything, so `"6"` is
 * a number and `"true"` a checkbox where the parameter says so. Defaults and required values are not looked at here.
 */
export const checkSettings = (parameters: SettingParameter[], given: Record<string, unknown>): SettingsCheck => {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const values: Record<string, Scalar> = {};
  const problems: SettingProblem[] = [];
  for (const [name, value] of Object.entries(given)) {
    const parameter = byName.get(name);
    if (!parameter) {
      problems.push({ name, message: unknownSetting(name, parameters) });
    } else if (typeof value === 'object' && value !== null) {
      problems.push({ name, message: `The setting "${name}" must be a text, a number, true, false or null.` });
    } else {
      const coerced = coerce(parameter.kind, value as Scalar);
      if (coerced !== invalid) values[name] = coerced;
      else problems.push({ name, message: `The setting "${name}" must be ${expected(parameter.kind)}.` });
    }
  }
  return { values, problems };
};

const unknownSetting = (name: string, parameters: SettingParameter[]): string =>
  `The app has no setting "${name}"; it has ${['name', ...parameters.map((parameter) => parameter.name)].join(', ')}.`;

/** The default values of the parameters that have one. */
export const defaultSettings = (parameters: SettingParameter[]): Record<string, Scalar> =>
  Object.fromEntries(
    parameters
      .filter(({ defaultValue }) => defaultValue !== null)
      .map(({ name, defaultValue }) => [name, defaultValue]),
  );

/** Required parameters without a value; `has` says whether one is there, secure ones included. */
export const missingSettings = (parameters: SettingParameter[], has: (name: string) => boolean): SettingProblem[] =>
  parameters
    .filter(({ name, required }) => required && !has(name))
    .map(({ name }) => ({ name, message: `The setting "${name}" is required.` }));

/** A setting may be called like a member of every object. */
export const settingOf = (settings: Record<string, Scalar>, name: string): Scalar | undefined =>
  Object.hasOwn(settings, name) ? settings[name] : undefined;

/** An empty text is no value; `false` and 0 are. */
export const isGiven = (value: Scalar | undefined): boolean => value !== undefined && value !== null && value !== '';
