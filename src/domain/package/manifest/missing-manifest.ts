import type { PackageView } from '../package-view.ts';
import type { PackageProblem } from '../problem.ts';

const name = 'manifest.json';
/** More than these would make the sentence hard to read, and each may be a thousand characters long. */
const maxNamed = 3;
const maxNamedLength = 250;

/**
 * Describes why a package without a manifest at its root cannot be read: there is none, or there is one in a folder and the
 * archive does not make clear that this folder is the app.
 */
export const describeMissingManifest = (view: PackageView): PackageProblem => {
  const found = view.files.map(({ path }) => path).filter((path) => path.endsWith(`/${name}`));
  const nested = found.filter((path) => path.split('/').length === 2);
  const [first] = nested;
  if (first !== undefined) {
    const message = nested.length > 1 ? severalNested(nested) : oneNested(first, view);
    return { key: 'nested_manifest', message, file: first, data: { found_path: first } };
  }
  if (found.length > 0) return { key: 'missing_manifest', message: missing(found) };
  const [likely] = view.all.filter(
    ({ path }) => path.toLowerCase().endsWith(name) && nameOf(path).length === name.length,
  );
  if (likely !== undefined) return { key: 'missing_manifest', message: misspelt(likely.path), file: likely.path };
  const [archive] = view.all.filter(({ path }) => /\.zip$/i.test(path));
  return { key: 'missing_manifest', message: archive ? insideArchive(archive.path) : missing([]) };
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const misspelt = (path: string): string =>
  `The package has no ${name} at its root. ${short(path)} was found: rename it to ${name}, in small letters` +
  (path.includes('/') ? `, and zip the content of ${short(folderOf(path))}.` : '.');

const insideArchive = (path: string): string =>
  `The package has no ${name} at its root. It holds another archive, ${short(path)}: upload that one, or zip the files of the app themselves.`;

const severalNested = (paths: string[]): string =>
  `The package has no ${name} at its root, and several in folders: ${list(paths)}. Zip the content of one of these folders.`;

const oneNested = (path: string, view: PackageView): string => {
  const folder = folderOf(path);
  const outside = view.all.find((file) => !file.path.startsWith(`${folder}/`));
  const also = outside
    ? ` The folder ${short(folder)} is not the only thing in the archive: ${short(outside.path)} is outside of it.`
    : '';
  return `${short(path)} must be at the root of the package.${also} Zip the content of ${short(folder)}.`;
};

const missing = (found: string[]): string => {
  const start = `The package has no ${name} at its root`;
  const [first] = found;
  if (first === undefined) return `${start}; add it.`;
  if (found.length === 1) return `${start}. ${short(first)} was found: zip the content of ${short(folderOf(first))}.`;
  return `${start}. Several were found in folders: ${list(found)}. Zip the content of one of these folders.`;
};

const list = (paths: string[]): string => {
  const named = paths.slice(0, maxNamed).map(short).join(', ');
  return paths.length > maxNamed ? `${named} and ${paths.length - maxNamed} more` : named;
};

const short = (path: string): string => (path.length > maxNamedLength ? `${path.slice(0, maxNamedLength)}…` : path);

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
