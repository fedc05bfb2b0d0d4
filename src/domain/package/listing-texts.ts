import type { AppDefinition } from './definition.ts';
import { textsFor } from './translations/texts-for.ts';

/** What a list of apps shows of one, in the words of its package. */
export interface ListingTexts {
  name: string | null;
  shortDescription: string | null;
  longDescription: string | null;
  installationInstructions: string | null;
}

type Translated = Pick<AppDefinition, 'translations' | 'defaultLocale' | 'products'>;

/**
 * The texts under `app` of the translations, or, where a package has them by product, those of its first product.
 * `description` is the older name of `short_description`.
 */
export const listingTexts = (
  { translations, defaultLocale, products }: Translated,
  locale: string = defaultLocale,
): ListingTexts => {
  const app = asObject(textsFor(translations, defaultLocale, locale)['app']);
  const own = { ...app, ...asObject(products.map((product) => app[product]).find((texts) => texts !== undefined)) };
  return {
    name: asText(own['name']),
    shortDescription: asText(own['short_description']) ?? asText(own['description']),
    longDescription: asText(own['long_description']),
    installationInstructions: asText(own['installation_instructions']),
  };
};

/**
 * Every text that {@link listingTexts} may give as Markdown (the long description and the installation instructions), in
 * whatever locale, each once.
 */
export const markdownTexts = ({ translations, products }: Pick<Translated, 'translations' | 'products'>): string[] => {
  const holders = Object.values(translations).flatMap((texts) => {
    const app = asObject(texts['app']);
    return [app, ...products.map((product) => asObject(app[product]))];
  });
  const texts = holders.flatMap((holder) => [holder['long_description'], holder['installation_instructions']]);
  return [...new Set(texts.filter((text) => typeof text === 'string' && text !== ''))] as string[];
};

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
