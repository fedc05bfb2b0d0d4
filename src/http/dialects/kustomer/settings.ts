import type { ParameterDefinition, ParameterKind } from '../../../domain/package/definition.ts';
import { checkSettings } from '../../../domain/settings.ts';
import { isObject, type Json } from './json.ts';
import { ruleError } from './rule-error.ts';
import { beginningOf } from './shortened.ts';

const kinds: Record<string, ParameterKind> = { string: 'text', secret: 'text', number: 'number', boolean: 'checkbox' };
export const MAX_SETTINGS = 250;
/** Of a category and a name together. */
export const MAX_SETTING_NAME = 200;

/** Where a setting is, or a category. */
export const placeOf = (name: string): string => `settings.${beginningOf(name, MAX_SETTING_NAME)}`;

/**
 * How a setting is called where there are no categories. Each part is looked at before they are put together: thousands
 * of names below a category of a mebibyte would be gigabytes.
 *
 * @throws AppError `bad_request`
 */
export const settingName = (category: string, name: string): string => {
  const length = category.length + 1 + name.length;
  if (category !== '' && name !== '' && length <= MAX_SETTING_NAME) return `${category}.${name}`;
  throw ruleError(
    placeOf(`${category.slice(0, MAX_SETTING_NAME)}.${name.slice(0, MAX_SETTING_NAME)}`),
    `must have a category and a name, of ${MAX_SETTING_NAME} characters together at the most`,
  );
};

/** Calls `visit` with every setting of a definition: what is not an object is refused. */
const eachSetting = (settings: Json, visit: (category: string, name: string, setting: Json) => void): void => {
  for (const [category, members] of Object.entries(settings)) {
    if (!isObject(members)) throw ruleError(placeOf(category), 'must be an object');
    for (const [name, setting] of Object.entries(members)) {
      if (!isObject(setting)) throw ruleError(placeOf(settingName(category, name)), 'must be an object');
      visit(category, name, setting);
    }
  }
};

/**
 * What somebody who installs the app may set, of `{category: {name: {type, defaultValue, required}}}`.
 *
 * @throws AppError `bad_request` that names the setting.
 */
export const parametersOf = (settings: Json | undefined): ParameterDefinition[] => {
  const parameters = new Map<string, ParameterDefinition>();
  eachSetting(settings ?? {}, (category, name, setting) => {
    const full = settingName(category, name);
    const at = placeOf(full);
    if (parameters.has(full)) throw ruleError(at, 'is there twice, written with its dots in two ways');
    if (parameters.size === MAX_SETTINGS) throw ruleError('settings', `must have ${MAX_SETTINGS} settings at the most`);
    parameters.set(full, parameterOf(full, at, setting));
  });
  return [...parameters.values()];
};

const parameterOf = (name: string, at: string, setting: Json): ParameterDefinition => {
  const { type = 'string', defaultValue = null, required = false } = setting;
  const kind = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  // A type that is misspelt must not make a secret public.
  if (kind === undefined) throw ruleError(`${at}.type`, `must be one of ${Object.keys(kinds).join(', ')}`);
  if (typeof required !== 'boolean') throw ruleError(`${at}.required`, 'must be true or false');
  const parameter = { name, kind, required, secure: type === 'secret', defaultValue: null };
  const { values, problems } = checkSettings([parameter], { [name]: defaultValue });
  if (problems.length > 0) throw ruleError(`${at}.defaultValue`, `must be a ${type as string}`);
  // An empty default of a required setting is none: nothing was emptied, and somebody has to give a value.
  const value = values[name]!;
  return { ...parameter, defaultValue: required && value === '' ? null : value };
};

/** Settings as they may be shown: the default of a secret one is left out. */
export const withoutSecretDefaults = (settings: Json): Json => {
  const shown: [string, Json][] = Object.keys(settings).map((category) => [category, {}]);
  const byCategory = new Map(shown);
  eachSetting(settings, (category, name, setting) => {
    const { defaultValue, ...rest } = setting;
    define(
      byCategory.get(category)!,
      name,
      setting['type'] === 'secret' || defaultValue === undefined ? rest : setting,
    );
  });
  return Object.fromEntries(shown);
};

/** A name may be `__proto__`. */
const define = (object: Json, name: string, value: unknown): void => {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
};
