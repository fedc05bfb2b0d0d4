import { productNames } from '../definition.ts';
import { isObject, type JsonObject, own } from '../json/values.ts';

const listed = ['name', 'short_description', 'description', 'long_description', 'installation_instructions'];
const ofParameter = ['label', 'helpText'];

/** Null hides the text of the default locale, as any other value that is no text does. */
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const pick = (texts: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(texts, name)).map((name) => [name, textOrNull(texts[name])]));

const pickParameters = (parameters: unknown): JsonObject | null =>
  isObject(parameters)
    ? Object.fromEntries(
        Object.entries(parameters).map(([name, texts]) => [name, isObject(texts) ? pick(texts, ofParameter) : null]),
      )
    : null;

const pickAll = (texts: JsonObject): JsonObject => ({
  ...pick(texts, listed),
  ...(Object.hasOwn(texts, 'parameters') && { parameters: pickParameters(texts['parameters']) }),
});

/**
 * Keeps of the texts of a file what this system shows: those of listings and of parameters. An app reads the others, which
 * can be many more, from its own files.
 */
export const shownTexts = (texts: JsonObject): JsonObject => {
  if (!Object.hasOwn(texts, 'app')) return {};
  const app = own(texts, 'app');
  if (!isObject(app)) return { app: null };
  const ofProducts = productNames
    .filter((product) => Object.hasOwn(app, product))
    .map((product) => [product, isObject(app[product]) ? pickAll(app[product]) : null]);
  return { app: { ...pickAll(app), ...Object.fromEntries(ofProducts) } };
};

/** Of the shown texts of all locales, as JSON, and what each locale takes besides: a hundred languages of 20 kB. */
export const maxShownBytes = 2 * 1024 * 1024;
const bytesOfLocale = 1_024;

/** What a locale's {@link shownTexts} take. */
export const shownBytes = (texts: JsonObject): number => Buffer.byteLength(JSON.stringify(texts)) + bytesOfLocale;
