import type { Cipher } from '../secrets/cipher.ts';
import {
  checkSettings,
  isGiven,
  missingSettings,
  settingOf,
  type Scalar,
  type SettingParameter,
  type SettingProblem,
} from '../domain/settings.ts';
import { isStorable } from '../domain/storable-text.ts';
import { InvalidRequestError } from '../errors.ts';

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
}

/** Where a sealed value belongs: it opens only for the account and the setting it was sealed for. */
export const secretContext = (accountId: number, name: string): string => `${accountId}:${name}`;

/**
 * Merges what somebody gives into what is there: values that are not given stay. `name` is the installation's title,
 * and so is `title` unless the app has a parameter of that name.
 *
 * @throws InvalidRequestError with every setting that is unknown, of the wrong type, or required and missing.
 */
export const mergeSettings = (
  cipher: Cipher,
  { accountId, parameters, required }: MergeRules,
  current: CurrentSettings,
  given: Record<string, unknown>,
): MergedSettings => {
  const { title, rest, problems } = takeTitle(parameters, given);
  const check = checkSettings(parameters, rest);
  problems.push(...check.problems);

  const secure = new Set(parameters.filter((parameter) => parameter.secure).map((parameter) => parameter.name));
  const merged: MergedSettings = {
    title: title ?? current.title,
    settings: { ...current.settings },
    secrets: {},
    forgottenSecrets: [],
  };
  for (const [name, value] of Object.entries(check.values)) {
    // Whichever kind of setting it was before, it is kept in one place only.
    delete merged.settings[name];
    if (secure.has(name) && isGiven(value))
      merged.secrets[name] = cipher.seal(String(value), secretContext(accountId, name));
    else merged.forgottenSecrets.push(name);
    if (!secure.has(name)) merged.settings[name] = value;
  }
  const looked = required === 'all' ? parameters : parameters.filter(({ name }) => Object.hasOwn(check.values, name));
  problems.push(...missing(looked, current, { merged, problems }));
  if (problems.length > 0) throw invalidSettings(problems);
  return merged;
};

const takeTitle = (
  parameters: SettingParameter[],
  { name, ...others }: Record<string, unknown>,
): { title: string | undefined; rest: Record<string, unknown>; problems: SettingProblem[] } => {
  const { title, ...withoutTitle } = others;
  const isParameter = parameters.some((parameter) => parameter.name === 'title');
  const given = name ?? (isParameter ? undefined : title);
  const rest = isParameter ? others : withoutTitle;
  if (given === undefined || given === null) return { title: undefined, rest, problems: [] };
  if (typeof given === 'string' && given.trim() !== '' && given.length <= 255 && isStorable(given))
    return { title: given, rest, problems: [] };
  const message = 'The setting "name" must be a text of 1 to 255 characters: it is the title of the installation.';
  return { title: undefined, rest, problems: [{ name: 'name', message }] };
};

/** A value that was refused is not reported as missing too. */
const missing = (
  parameters: SettingParameter[],
  current: CurrentSettings,
  { merged, problems }: { merged: MergedSettings; problems: SettingProblem[] },
): SettingProblem[] => {
  const refused = new Set(problems.map((problem) => problem.name));
  const kept = current.secretNames.filter((name) => !merged.forgottenSecrets.includes(name));
  return missingSettings(
    parameters,
    (name) =>
      refused.has(name) ||
      Object.hasOwn(merged.secrets, name) ||
      kept.includes(name) ||
      isGiven(settingOf(merged.settings, name)),
  );
};

const invalidSettings = (problems: SettingProblem[]): InvalidRequestError =>
  new InvalidRequestError(problems.map((problem) => problem.message).join('\n'), {
    settings: Object.fromEntries(problems.map(({ name, message }) => [name, [message]])),
  });
