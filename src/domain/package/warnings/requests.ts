import { list } from '../json/values.ts';
import type { PackageFile } from '../package-file.ts';
import { decodeText, type PackageView } from '../package-view.ts';
import type { ProblemList } from '../problem-list.ts';
import { isPage, isScript } from './text-files.ts';

/**
 * The shape of a URL by RFC 2396. Bounded, because the engine keeps a place to return to for each repetition: millions
 * of them overflow its stack.
 */
const insecureUrl = /http:(?!#)(?:[\w;/?:@&=+$,.!~*'()[\]#-]|%[0-9A-Fa-f]{2}){1,2048}/g;

/** Of one file; a stranger's file may have millions. */
const maxUrls = 1_000;
const maxShown = 5;

const findUrls = (text: string): string[] => {
  const urls = new Set<string>();
  let count = 0;
  for (const [url] of text.matchAll(insecureUrl)) {
    urls.add(url.slice(0, 200));
    count += 1;
    if (count >= maxUrls) break;
  }
  return [...urls];
};

const warnAboutFile = ({ path, bytes }: PackageFile, warnings: ProblemList): void => {
  const urls = findUrls(decodeText(bytes) ?? '');
  if (urls.length === 0) return;
  warnings.add({
    key: 'warning.insecure_request',
    message: `${path} has ${list(urls)}; use https, or the browser may refuse the request.`,
    file: path,
    data: { file: path, urls: urls.slice(0, maxShown) },
  });
};

/** One warning a file, scripts first. Package rules of the reference validator 4.52. */
export const warnAboutRequests = (view: PackageView, warnings: ProblemList): void => {
  for (const file of view.files) if (isScript(file.path)) warnAboutFile(file, warnings);
  for (const file of view.files) if (isPage(file.path)) warnAboutFile(file, warnings);
};
