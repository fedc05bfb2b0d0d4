import { z } from 'zod';
import { isStorable } from '../../../domain/storable-text.ts';
import { strictBody } from '../../parse.ts';
import { isObject, type Json } from './json.ts';
import { ruleError } from './rule-error.ts';
import { MAX_SETTING_NAME, MAX_SETTINGS, placeOf, settingName } from './settings.ts';
import { isVersion } from './versions.ts';

const MAX_NAME = 153;
const MAX_VALUE = 64_000;

export const installBody = strictBody({
  app: z
    .string({ error: 'must be a text' })
    .regex(/^\w+$/, { error: 'must be the name of an app: letters, digits and underscores' })
    .max(MAX_NAME, { error: `must have ${MAX_NAME} characters at the most` }),
  version: z
    .string({ error: 'must be a text' })
    .refine((version) => version === 'latest' || isVersion(version), {
      error: 'must be a semantic version, for example 0.0.1, or latest',
    })
    .optional(),
  // As it is: a copy would lose a member that is called `__proto__`.
  settings: z.custom<Json>(isObject, { error: 'must be an object' }).optional(),
});

/**
 * Values by the names that settings have where there are no categories. Written `{category: {name: value}}` as in a
 * definition, or `{"category.name": value}`.
 *
 * @throws AppError `bad_request`
 */
export const settingsOf = (given: Json): Json => {
  const values = new Map<string, unknown>();
  const set = (name: string, value: unknown): void => {
    const at = placeOf(name);
    if (!isStorable(name)) throw ruleError('settings', 'must have names that can be kept');
    if (values.has(name)) throw ruleError(at, 'is there twice');
    // An app has no more of them.
    if (values.size === MAX_SETTINGS) throw ruleError('settings', `must have ${MAX_SETTINGS} values at the most`);
    if (typeof value === 'string' && value.length > MAX_VALUE)
      throw ruleError(at, `must have ${MAX_VALUE} characters at the most`);
    values.set(name, value);
  };
  for (const [name, value] of Object.entries(given)) {
    if (isObject(value)) for (const [inner, one] of Object.entries(value)) set(settingName(name, inner), one);
    else if (!name.includes('.')) throw ruleError(placeOf(name), 'must be an object: settings are in categories');
    else if (name.length > MAX_SETTING_NAME)
      throw ruleError(placeOf(name), `must have ${MAX_SETTING_NAME} characters at the most`);
    else set(name, value);
  }
  return Object.fromEntries(values);
};
