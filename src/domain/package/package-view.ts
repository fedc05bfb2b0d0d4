import type { PackageFile } from './package-file.ts';

/** A package as the rules look at it: some files are invisible to them, the others come in a fixed order. */
export interface PackageView {
  /** Every file, in the order in which it was given. */
  all: PackageFile[];
  files: PackageFile[];
  find(path: string): PackageFile | undefined;
}

/** Dot files, whatever is in a dot folder, and the folder `tmp` at the root. */
const isInvisible = (path: string): boolean => path.startsWith('tmp/') || /(?:^|\/)\./.test(path);

/** Folder by folder, names in the order of their bytes: NUL sorts a folder before the names that only begin like it. */
const sortKey = (path: string): Buffer => Buffer.from(path.replaceAll('/', '\0'));

/** Package rules of the reference validator 4.52: which files count, and in which order problems name them. */
export const viewPackage = (files: PackageFile[]): PackageView => {
  const visible = files
    .filter(({ path }) => !isInvisible(path))
    .map((file) => ({ file, key: sortKey(file.path) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ file }) => file);
  const byPath = new Map(visible.map((file) => [file.path, file]));
  return { all: files, files: visible, find: (path) => byPath.get(path) };
};

/**
 * Gives undefined when the bytes are not UTF-8. A byte order mark stays in the text.
 */
export const decodeText = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
