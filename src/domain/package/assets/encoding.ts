import { isUtf8 } from 'node:buffer';
import { notUtf8 } from '../json/read-json-file.ts';
import type { PackageView } from '../package-view.ts';
import type { ProblemList } from '../problem-list.ts';
import { isPage, isScript, isText } from '../warnings/text-files.ts';

/** Texts that are not UTF-8, unless they were reported before. The reference validator 4.52 crashes on them. */
export const checkEncodings = (view: PackageView, errors: ProblemList): void => {
  const reported = new Set(errors.all().flatMap(({ key, file }) => (key === 'invalid_encoding' ? [file] : [])));
  for (const { path, bytes } of view.files) {
    const isRead = isText(path) || isScript(path) || isPage(path) || /\.svg$/i.test(path);
    if (isRead && !reported.has(path) && !isUtf8(bytes)) errors.add(notUtf8(path));
  }
};
