import type { ParameterDefinition, ParameterKind } from './package/definition.ts';
import { isStorable } from './storable-text.ts';

/** A setting's value. */
export type Scalar = string | number | boolean | null;

export interface SettingParameter extends Pick<
  ParameterDefinition,
  'name' | 'kind' | 'required' | 'secure' | 'defaultValue'
> {
  /** Of a secret parameter: it has a default, which is encrypted and not in `defaultValue`. */
  hasSealedDefault?: boolean;
}

/**
 * Kinds whose values are secret by what they are: an access token, and a client's certificate with its key. The package
 * format forbids `secure` on both, so their kind alone has to say it.
 */
export const secretKinds: readonly ParameterKind[] = ['oauth', 'mtls'];

/**
 * Whether the value of a parameter is sealed at rest and shown to nobody. All that seals or shows values asks here.
 *
 * `hidden` is not secret: it says that no person types the value in, so no form asks for it and it is never required.
 * API clients may set it, and the app reads it from `settings` as every other value. One that must not be seen is
 * `secure` besides.
 */
export const isSecret = ({ kind, secure }: Pick<ParameterDefinition, 'kind' | 'secure'>): boolean =>
  secure || secretKinds.includes(kind);

const isRequired = ({ kind, required }: SettingParameter): boolean => required && kind !== 'hidden';

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

/** JSON may write more digits than a number keeps, or more than one can be: as a text it would be another one. */
const isExact = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));

const toText = (value: Scalar): Scalar | typeof invalid => {
  if (value === null) return null;
  if (typeof value === 'number' && !isExact(value)) return invalid;
  return isStorable(String(value)) ? String(value) : invalid;
};

/** As people write numbers; `Number` reads `0x10` and `0b1` besides. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const toNumber = (value: Scalar): Scalar | typeof invalid => {
  if (value === '' || value === null) return null;
  const number = typeof value === 'string' ? Number(decimal.test(value.trim()) ? value : NaN) : value;
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

const expected = (kind: SettingParameter['kind'], value: Scalar): string => {
  if (kind === 'number') return 'a number';
  if (kind === 'checkbox') return 'true or false';
  if (kind !== 'url' && typeof value === 'number') return 'a text: this number is not exact, so put it in quotes';
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

/** In characters. What is kept is part of every list that has the installation. */
const LONGEST_VALUE = 65_536;
/** Of a name that nobody knows, in characters. */
const LONGEST_NAME = 60;

/**
 * Checks the values somebody gave against an app's parameters. Clients' prompts give text for everything, so `"6"` is
 * a number and `"true"` a checkbox where the parameter says so. Defaults and required values are not looked at here.
 */
export const checkSettings = (parameters: SettingParameter[], given: Record<string, unknown>): SettingsCheck => {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const values: Record<string, Scalar> = {};
  const problems: SettingProblem[] = [];
  // The first that is unknown says which there are.
  let known = `; it has ${['name', ...byName.keys()].join(', ')}`;
  for (const [name, value] of Object.entries(given)) {
    const parameter = byName.get(name);
    const read = parameter && readValue(parameter, value);
    if (!read) {
      const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
      problems.push({ name: shown, message: `The app has no setting "${shown}"${known}.` });
      known = '';
    } else if ('problem' in read) problems.push({ name, message: `The setting "${name}" must ${read.problem}.` });
    else values[name] = read.value;
  }
  return { values, problems };
};

const readValue = ({ kind }: SettingParameter, value: unknown): { value: Scalar } | { problem: string } => {
  if (typeof value === 'object' && value !== null) return { problem: 'be a text, a number, true, false or null' };
  if (typeof value === 'string' && value.length > LONGEST_VALUE)
    return { problem: `have ${LONGEST_VALUE} characters at the most` };
  const coerced = coerce(kind, value as Scalar);
  return coerced === invalid ? { problem: `be ${expected(kind, value as Scalar)}` } : { value: coerced };
};

/** The default values of the parameters that have one. */
export const defaultSettings = (parameters: SettingParameter[]): Record<string, Scalar> =>
  Object.fromEntries(
    parameters
      .filter(({ defaultValue }) => defaultValue !== null)
      .map(({ name, defaultValue }) => [name, defaultValue]),
  );

/**
 * What the settings of an installation are worth under these parameters: one value for every parameter, null where
 * there is none. What is stored need not fit them: it may have been given to another version of the app.
 *
 * - A parameter that the installation knows nothing of has its default. An explicit null or "" stays what it is.
 * - A value of another kind is read as the new kind where that is possible ("6" as 6), and is null otherwise. What is
 *   stored does not change by that: an older version, made current again, finds its values.
 * - A secret one is null, whatever is stored.
 *
 * @param settings as stored: values that are not secret.
 */
export const effectiveSettings = (
  parameters: SettingParameter[],
  settings: Record<string, Scalar>,
): Record<string, Scalar> =>
  Object.fromEntries(parameters.map((parameter) => [parameter.name, effectiveValue(parameter, settings)]));

const effectiveValue = (parameter: SettingParameter, settings: Record<string, Scalar>): Scalar => {
  if (isSecret(parameter)) return null;
  const stored = settingOf(settings, parameter.name);
  const value = coerce(parameter.kind, stored === undefined ? parameter.defaultValue : stored);
  return value === invalid ? null : value;
};

/** What is to be known of an installation to say which of its settings are missing. */
export interface InstalledSettings {
  parameters: SettingParameter[];
  settings: Record<string, Scalar>;
  /** Names of the settings that have a sealed value. */
  secretNames: readonly string[];
}

/**
 * Names of the required parameters that have neither a value nor a default, in the order of the parameters. An
 * installation has some when a new version of its app requires what nobody has given yet; it goes on running.
 */
export const missingSettingNames = ({ parameters, settings, secretNames }: InstalledSettings): string[] => {
  const effective = effectiveSettings(parameters, settings);
  const hasSecret = ({ name, defaultValue, hasSealedDefault = false }: SettingParameter): boolean =>
    secretNames.includes(name) || isGiven(settingOf(settings, name)) || isGiven(defaultValue) || hasSealedDefault;
  const has = (parameter: SettingParameter): boolean =>
    isSecret(parameter) ? hasSecret(parameter) : isGiven(effective[parameter.name]);
  return parameters.filter((parameter) => isRequired(parameter) && !has(parameter)).map(({ name }) => name);
};

/** Names of the settings that these parameters call secret. */
export const secretNamesOf = (parameters: SettingParameter[]): string[] =>
  parameters.filter(isSecret).map(({ name }) => name);

/** What is said of a required setting that has no value. */
export const missingSetting = (name: string): SettingProblem => ({
  name,
  message: `The setting "${name}" is required.`,
});

/** A setting may be called like a member of every object. */
export const settingOf = (settings: Record<string, Scalar>, name: string): Scalar | undefined =>
  Object.hasOwn(settings, name) ? settings[name] : undefined;

/** An empty text is no value; `false` and 0 are. */
export const isGiven = (value: Scalar | undefined): boolean => value !== undefined && value !== null && value !== '';
