import { defaultLimits } from '../../src/domain/archive/limits.ts';
import { checkPackage } from '../../src/domain/package/check-package.ts';
import { defaultSwitches, type PackageSwitches } from '../../src/domain/package/switches.ts';
import type { PackageFile } from '../../src/domain/package/package-file.ts';

/** A file's content: text, bytes, or a value to be written as JSON. `null` leaves the file out. */
export type FileContent = string | Uint8Array | Record<string, unknown> | unknown[] | null;

const toBytes = (content: Exclude<FileContent, null>): Uint8Array => {
  if (content instanceof Uint8Array) return content;
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
};

/** The least that a good manifest has. */
export const goodManifest = {
  name: 'Greeter',
  author: { name: 'Ada', email: 'ada@example.org', url: 'https://example.org' },
  defaultLocale: 'en',
  private: true,
  version: '1.0.0',
  frameworkVersion: '2.0',
  location: { support: { ticket_sidebar: { url: 'assets/page.html' } } },
};

/** Gives a manifest with some keys changed; `undefined` removes one. */
export const manifestWith = (overrides: Record<string, unknown>): Record<string, unknown> => ({
  ...goodManifest,
  ...overrides,
});

/** The files of a package without faults, with some replaced, added or (`null`) left out. */
export const packageFiles = (overrides: Record<string, FileContent> = {}): PackageFile[] => {
  const contents: Record<string, FileContent> = {
    'manifest.json': goodManifest,
    'translations/en.json': { app: { name: 'Greeter' } },
    'assets/page.html': '<p>Hello</p>\n',
    ...overrides,
  };
  return Object.entries(contents).flatMap(([path, content]) =>
    content === null ? [] : [{ path, bytes: toBytes(content) }],
  );
};

/** Keys that checkPackage finds, in order; switches are off unless named. */
export const findKeys = async (
  files: PackageFile[],
  switches: Partial<PackageSwitches> = {},
): Promise<{ errors: string[]; warnings: string[] }> => {
  const report = await checkPackage(files, { switches: { ...defaultSwitches, ...switches }, limits: defaultLimits });
  return { errors: report.errors.map(({ key }) => key), warnings: report.warnings.map(({ key }) => key) };
};
