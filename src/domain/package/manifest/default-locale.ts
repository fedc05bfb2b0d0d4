import { isAbsent, own, show } from '../json/values.ts';
import { isLocale } from '../translations/locale.ts';
import type { ManifestContext } from './manifest-context.ts';

/** The locale must look like one and have its file. Package rules of the reference validator 4.52. */
export const checkDefaultLocale = ({ manifest, view, report }: ManifestContext): void => {
  const locale = own(manifest, 'defaultLocale');
  if (isAbsent(locale)) return;
  if (typeof locale !== 'string' || !isLocale(locale)) {
    report({
      key: 'invalid_default_locale',
      path: ['defaultLocale'],
      message: `"defaultLocale" in manifest.json is ${show(locale)}; write a locale such as en or es-419.`,
      data: { default_locale: locale },
    });
  } else if (!view.find(`translations/${locale}.json`)) {
    report({
      key: 'missing_translation_file',
      path: ['defaultLocale'],
      message: `"defaultLocale" in manifest.json is ${show(locale)}, so the package needs translations/${locale}.json; add it.`,
      data: { default_locale: locale },
    });
  }
};
