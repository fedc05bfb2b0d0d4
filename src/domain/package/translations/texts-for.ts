import { isObject, type JsonObject } from '../json/values.ts';
import { isAnnotatedKeys, withoutPackage } from './annotated-format.ts';

const collapse = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(collapse);
  if (!isObject(value)) return value;
  if (isAnnotatedKeys(value)) return collapse(value['value']);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, collapse(member)]));
};

/** The texts of one file as they are shown: without the marks for translators. */
export const plainTexts = (tree: JsonObject): JsonObject => {
  const texts = collapse(withoutPackage(tree));
  return isObject(texts) ? texts : {};
};

const merge = (base: JsonObject, over: JsonObject): JsonObject => {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const under = Object.hasOwn(base, key) ? base[key] : undefined;
    merged[key] = isObject(under) && isObject(value) ? merge(under, value) : value;
  }
  return merged;
};

const withoutName = (texts: JsonObject): JsonObject => {
  const app = texts['app'];
  if (!isObject(app)) return texts;
  const { name: _, ...rest } = app;
  return { ...texts, app: rest };
};

/**
 * The texts of an app in `locale`: those of the default locale, and over them those of the locale, which may be in
 * part. The app's own name is never translated. An unknown locale gives the default one (no step from en-US to en).
 * Package rules of the reference validator 4.52.
 */
export const textsFor = (
  translations: Record<string, Record<string, unknown>>,
  defaultLocale: string,
  locale: string,
): Record<string, unknown> => {
  const base = Object.hasOwn(translations, defaultLocale) ? (translations[defaultLocale] ?? {}) : {};
  if (locale === defaultLocale || !Object.hasOwn(translations, locale)) return base;
  return merge(base, withoutName(translations[locale] ?? {}));
};
