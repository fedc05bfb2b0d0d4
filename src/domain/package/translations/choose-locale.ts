/**
 * The locale of a package that fits best what somebody wants to read.
 *
 * Wishes are tried in their order. One is met by the same locale, whatever its upper and lower case; else by what is left
 * of it when its end is cut off part by part (`de-AT` by `de`, `en-US-x-1` by `en-US`); else by another locale of the
 * same language (`en` or `en-GB` by `en-US`): the default one if it is, or the first by name. `*` is anything, thus the
 * default locale, and so is what no wish meets.
 *
 * @param locales of the package's translations.
 */
export const chooseLocale = (locales: string[], defaultLocale: string, wishes: readonly string[]): string => {
  const byName = new Map([...locales.toSorted(), defaultLocale].map((locale) => [locale.toLowerCase(), locale]));
  for (const wish of wishes) {
    if (wish === '*') break;
    const parts = wish.toLowerCase().split('-');
    for (let length = parts.length; length > 0; length -= 1) {
      const found = byName.get(parts.slice(0, length).join('-'));
      if (found !== undefined) return found;
    }
    const sameLanguage = [defaultLocale, ...byName.values()].find((locale) => languageOf(locale) === parts[0]);
    if (sameLanguage !== undefined) return sameLanguage;
  }
  return defaultLocale;
};

const languageOf = (locale: string): string | undefined => locale.toLowerCase().split('-')[0];
