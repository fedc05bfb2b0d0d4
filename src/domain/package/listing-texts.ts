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

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
