import type { Cipher } from '../secrets/cipher.ts';
import {
  checkSettings,
  effectiveSettings,
  isGiven,
  secretNamesOf,
  missingSetting,
  missingSettingNames,
  settingOf,
  type Scalar,
  type SettingParameter,
  type SettingProblem,
} from '../domain/settings.ts';
import { isStorable } from '../domain/storable-text.ts';
import { InvalidRequestError, MOST_PROBLEMS, problemLines } from '../errors.ts';

export interface CurrentSettings {
  title: string;
  settings: Record<string, Scalar>;
  secretNames: readonly string[];
}

export interface MergedSettings {
  title: string;
  settings: Record<string, Scalar>;
  /** Newly sealed values. */
  secrets: Record<string, string>;
  forgottenSecrets: string[];
}

export interface MergeRules {
  accountId: number;
  parameters: SettingParameter[];
  /**
   * `all`: everything required must be there in the end. `given`: only what this request sets must not be emptied; a
   * newer version may require what nobody has given yet, and that must not keep anyone from changing something else.
   */
  required: 'all' | 'given';
  /**
   * What becomes of values that lie in clear although these parameters are secret: `seal` them, or `keep` them, because
   * the installation runs on a version that reads them until a job moves it.
   */
  leftOvers: 'seal' | 'keep';
  /** What becomes of settings that the app does not have. Default: `refuse`. */
  unknown?: UnknownSettings | undefined;
}

export type UnknownSettings = 'refuse' | 'ignore';

/** Where a sealed value belongs: it opens only for the account and the setting it was sealed for. */
export const secretContext = (accountId: number, name: string): string => `${accountId}:${name}`;

/**
 * Merges what somebody gives into what is there: values that are not given stay. `name` is the installation's title,
 * and so is `title` unless the app has a parameter of that name.
 *
 * Clients read an installation, change a value and send everything back. So null leaves a setting that is shown as null
 * as it is: a secret one above all, but also a value that does not fit the kind of its parameter in this version. An
 * empty text takes the value of any setting away.
 *
 * @throws InvalidRequestError with every setting that is unknown, of the wrong type, or required and missing.
 */
export const mergeSettings = (
  cipher: Cipher,
  { accountId, parameters, required, leftOvers, unknown = 'refuse' }: MergeRules,
  current: CurrentSettings,
  given: Record<string, unknown>,
): MergedSettings => {
  const { title, rest: others, problems } = takeTitle(parameters, current, given);
  const rest = unknown === 'ignore' ? knownOf(parameters, others) : others;
  const check = checkSettings(parameters, withoutEchoes(parameters, current, rest));
  problems.push(...check.problems);

  const secret = new Set(secretNamesOf(parameters));
  const merged: MergedSettings = {
    title: title ?? current.title,
    settings: { ...current.settings },
    secrets: {},
    forgottenSecrets: [],
  };
  const seal = (name: string, value: Scalar): void => {
    merged.secrets[name] = cipher.seal(String(value), secretContext(accountId, name));
  };
  for (const [name, value] of Object.entries(check.values)) {
    // Whichever kind of setting it was before, it is kept in one place only.
    delete merged.settings[name];
    if (secret.has(name) && isGiven(value) && rest[name] !== '') seal(name, value);
    else merged.forgottenSecrets.push(name);
    if (!secret.has(name)) merged.settings[name] = value;
  }
  const plain = leftOvers === 'keep' ? [] : Object.entries(merged.settings).filter(([own]) => secret.has(own));
  for (const [name, value] of plain) {
    // Given to a release that kept an access token as it was.
    delete merged.settings[name];
    if (isGiven(value) && !current.secretNames.includes(name)) seal(name, value);
  }
  const looked = required === 'all' ? parameters : parameters.filter(({ name }) => Object.hasOwn(check.values, name));
  problems.push(...missing(looked, current, { merged, problems }));
  if (problems.length > 0) throw invalidSettings(problems);
  return merged;
};

const knownOf = (parameters: SettingParameter[], given: Record<string, unknown>): Record<string, unknown> => {
  const names = new Set(parameters.map(({ name }) => name));
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)));
};

/** What is given, without the nulls that only repeat how a setting is shown. */
const withoutEchoes = (
  parameters: SettingParameter[],
  { settings }: CurrentSettings,
  given: Record<string, unknown>,
): Record<string, unknown> => {
  const shown = effectiveSettings(parameters, settings);
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== null || settingOf(shown, name) !== null),
  );
};

/** Who sends back what was shown has both names and may have changed only one: `name` where both are new. */
const takeTitle = (
  parameters: SettingParameter[],
  current: CurrentSettings,
  { name, ...others }: Record<string, unknown>,
): { title: string | undefined; rest: Record<string, unknown>; problems: SettingProblem[] } => {
  const isParameter = parameters.some((parameter) => parameter.name === 'title');
  const { title, ...withoutTitle } = others;
  const rest = isParameter ? others : withoutTitle;
  const saysNothing = isNull(name) || name === current.title;
  const useTitle = !isParameter && saysNothing && !isNull(title);
  const given = useTitle ? title : name;
  if (isNull(given)) return { title: undefined, rest, problems: [] };
  const problem = titleProblem(given);
  if (problem === undefined) return { title: given as string, rest, problems: [] };
  const own = useTitle ? 'title' : 'name';
  return { title: undefined, rest, problems: [{ name: own, message: `The setting "${own}" must ${problem}.` }] };
};

const isNull = (value: unknown): boolean => value === undefined || value === null;

const titleProblem = (given: unknown): string | undefined => {
  if (typeof given !== 'string' || given.trim() === '' || given.length > 255)
    return 'be a text of 1 to 255 characters: it is the title of the installation';
  return isStorable(given) ? undefined : 'hold neither NUL characters nor broken surrogate pairs';
};

/** A value that was refused is not reported as missing too. One that is taken away is, even where there is a default. */
const missing = (
  parameters: SettingParameter[],
  current: CurrentSettings,
  { merged, problems }: { merged: MergedSettings; problems: SettingProblem[] },
): SettingProblem[] => {
  const refused = new Set(problems.map(({ name }) => name));
  const kept = current.secretNames.filter((name) => !merged.forgottenSecrets.includes(name));
  const secretNames = [...kept, ...Object.keys(merged.secrets)];
  const looked = parameters.map((parameter) =>
    merged.forgottenSecrets.includes(parameter.name)
      ? { ...parameter, defaultValue: null, hasSealedDefault: false }
      : parameter,
  );
  return missingSettingNames({ parameters: looked, settings: merged.settings, secretNames })
    .filter((name) => !refused.has(name))
    .map(missingSetting);
};

const invalidSettings = (problems: SettingProblem[]): InvalidRequestError => {
  const named = problems.slice(0, MOST_PROBLEMS);
  const lines = named.map(({ message }) => message);
  return new InvalidRequestError(problemLines(lines, problems.length), {
    settings: Object.fromEntries(named.map(({ name, message }) => [name, [message]])),
  });
};
