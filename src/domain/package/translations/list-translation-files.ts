import type { PackageFile } from '../package-file.ts';
import type { PackageView } from '../package-view.ts';

export interface TranslationFile {
  file: PackageFile;
  locale: string;
}

/** Whatever lies below `translations/` and ends in `.json`, in the order of the files. */
export const listTranslationFiles = (view: PackageView): TranslationFile[] =>
  view.files.flatMap((file) => {
    const locale = /^translations\/(.+)\.json$/s.exec(file.path)?.[1];
    return locale === undefined ? [] : [{ file, locale }];
  });
