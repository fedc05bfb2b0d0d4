import { onOneLine } from '../one-line.ts';
import type { PackageFile } from './package-file.ts';
import { isObject, own } from './json/values.ts';
import { type JsonLimits, readJsonFile } from './json/read-json-file.ts';

/** What a package calls itself. */
export interface PackageIdentity {
  name: string | null;
  version: string | null;
}

/** As long as an app's name may be. */
const maxLength = 255;

/**
 * Reads what a manifest says of name and version, also in a package that is refused for something else.
 *
 * @returns nulls where there is no manifest, or none that can be read.
 */
export const readIdentity = (files: readonly PackageFile[], limits: JsonLimits): PackageIdentity => {
  const manifest = files.find(({ path }) => path === 'manifest.json');
  const read = manifest && readJsonFile(manifest, { syntaxKey: 'manifest_not_json' }, limits);
  const value = read && 'document' in read ? read.document.root.value : undefined;
  return { name: textOf(value, 'name'), version: textOf(value, 'version') };
};

const textOf = (manifest: unknown, key: string): string | null => {
  const value = isObject(manifest) ? own(manifest, key) : undefined;
  if (typeof value !== 'string') return null;
  return onOneLine(value).slice(0, maxLength) || null;
};
