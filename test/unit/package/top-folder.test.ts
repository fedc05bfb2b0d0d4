import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import { readPackage, type PackageReading } from '../../../src/packages/read-package.ts';
import { buildZip, type LyingEntry } from '../../support/lying-zip.ts';
import { packageFiles, type FileContent } from '../../support/package-files.ts';

type Contents = Record<string, FileContent>;

/** The entries of a good package below a folder, with its folder entries as zip programs write them. */
const below = (folder: string, overrides: Contents = {}): LyingEntry[] => [
  { name: folder },
  ...packageFiles(overrides).map(({ path, bytes }) => ({ name: `${folder}${path}`, content: Buffer.from(bytes) })),
];

const readZip = (entries: LyingEntry[], comment = ''): Promise<PackageReading> =>
  readPackage({
    archive: buildZip(entries, { comment: Buffer.from(comment) }),
    limits: defaultLimits,
    switches: defaultSwitches,
    repack: true,
  });

const summaryOf = ({ errors, warnings, files }: PackageReading) => ({
  errors: errors.map(({ key }) => key),
  warnings: warnings.map(({ key }) => key),
  files: files.map(({ path }) => path),
});

const goodFiles = ['assets/page.html', 'manifest.json', 'translations/en.json'];
const stripped = { errors: [], warnings: ['warning.top_folder_removed'], files: goodFiles };

describe('a single top folder that holds the manifest', () => {
  it('is removed from a GitHub archive, with a warning that names it', async () => {
    const reading = await readZip(below('my-app-main/'), 'da39a3ee5e6b4b0d3255bfef95601890afd80709');
    expect(summaryOf(reading)).toEqual(stripped);
    expect(reading.warnings).toEqual([
      {
        key: 'warning.top_folder_removed',
        message:
          'All files of the archive are in the folder my-app-main. It was removed from their paths. Zip the content of the folder instead.',
        data: { folder: 'my-app-main' },
      },
    ]);
  });

  it('gives the same package as an archive without the folder', async () => {
    const wrapped = await readZip(below('my-app-main/'));
    const plain = await readZip(packageFiles().map(({ path, bytes }) => ({ name: path, content: Buffer.from(bytes) })));
    expect(wrapped.files).toEqual(plain.files);
    expect(wrapped.definition).toEqual(plain.definition);
    expect(Buffer.from(wrapped.repacked!).equals(Buffer.from(plain.repacked!))).toBe(true);
  });

  it.each<[string, LyingEntry[]]>([
    [
      'macOS added __MACOSX and .DS_Store beside it',
      [
        { name: '__MACOSX/' },
        { name: '__MACOSX/._My App' },
        { name: '__MACOSX/My App/._manifest.json' },
        { name: '.DS_Store' },
      ],
    ],
    ['Windows added Thumbs.db beside it', [{ name: 'Thumbs.db' }]],
    ['the command line tool left its file with secrets beside it', [{ name: 'zcli.apps.config.json', content: '{}' }]],
    ['an empty folder is beside it', [{ name: 'empty/' }]],
    ['it holds what is never stored', [{ name: 'My App/.DS_Store' }, { name: 'My App/zcli.apps.config.json' }]],
  ])('is removed where %s', async (_, more) => {
    expect(summaryOf(await readZip([...below('My App/'), ...more]))).toEqual(stripped);
  });

  it.each(['tmp/', '.app/', 'assets/', 'äpp/', '__proto__/'])(
    'is removed whatever it is called: %s',
    async (folder) => {
      expect(summaryOf(await readZip(below(folder)))).toEqual(stripped);
    },
  );

  it('is removed without entries of their own for folders', async () => {
    expect(summaryOf(await readZip(below('app/').slice(1)))).toEqual(stripped);
  });

  it('is not named in the problems of the files', async () => {
    const manifest = { name: 'Greeter', private: 1 };
    const { errors, warnings } = await readZip(below('app/', { 'manifest.json': manifest, 'assets/x.svg': '<svg' }));
    expect(warnings[0]?.key).toBe('warning.top_folder_removed');
    expect(errors.length).toBeGreaterThan(1);
    expect(JSON.stringify(errors)).not.toContain('app/');
    expect(errors.map(({ file }) => file)).toContain('manifest.json');
  });
});

describe('what may be meant in several ways is an error that says what to do', () => {
  const other = (folder: string): LyingEntry[] => below(folder, { 'manifest.json': null });

  it.each<[string, LyingEntry[], string, string]>([
    [
      'a file beside the folder',
      [...below('app/'), { name: 'README.md' }],
      'nested_manifest',
      'app/manifest.json must be at the root of the package. The folder app is not the only thing in the archive: README.md is outside of it. Zip the content of app.',
    ],
    [
      'a dot file beside the folder',
      [...below('app/'), { name: '.gitignore' }],
      'nested_manifest',
      'app/manifest.json must be at the root of the package. The folder app is not the only thing in the archive: .gitignore is outside of it. Zip the content of app.',
    ],
    [
      'another folder beside it',
      [...below('app/'), ...other('docs/')],
      'nested_manifest',
      'app/manifest.json must be at the root of the package. The folder app is not the only thing in the archive: docs/assets/page.html is outside of it. Zip the content of app.',
    ],
    [
      'two apps',
      [...below('a/'), ...below('b/')],
      'nested_manifest',
      'The package has no manifest.json at its root, and several in folders: a/manifest.json, b/manifest.json. Zip the content of one of these folders.',
    ],
    [
      'the manifest two folders down',
      [{ name: 'my-app-main/README.md' }, ...below('my-app-main/src/')],
      'missing_manifest',
      'The package has no manifest.json at its root. my-app-main/src/manifest.json was found: zip the content of my-app-main/src.',
    ],
    [
      'several manifests two folders down',
      [...below('repo/a/'), ...below('repo/b/')],
      'missing_manifest',
      'The package has no manifest.json at its root. Several were found in folders: repo/a/manifest.json, repo/b/manifest.json. Zip the content of one of these folders.',
    ],
    [
      'a manifest with a capital letter',
      [{ name: 'Manifest.json' }, { name: 'assets/iframe.html' }],
      'missing_manifest',
      'The package has no manifest.json at its root. Manifest.json was found: rename it to manifest.json, in small letters.',
    ],
    [
      'a manifest with capital letters in a folder',
      [{ name: 'app/MANIFEST.JSON' }],
      'missing_manifest',
      'The package has no manifest.json at its root. app/MANIFEST.JSON was found: rename it to manifest.json, in small letters, and zip the content of app.',
    ],
    [
      'another archive',
      [{ name: 'README.md' }, { name: 'dist/app-1.0.zip' }],
      'missing_manifest',
      'The package has no manifest.json at its root. It holds another archive, dist/app-1.0.zip: upload that one, or zip the files of the app themselves.',
    ],
    [
      'a folder without a manifest',
      other('app/'),
      'missing_manifest',
      'The package has no manifest.json at its root; add it.',
    ],
  ])('%s', async (_, entries, key, message) => {
    const { errors, warnings } = await readZip(entries);
    expect({ key: errors[0]?.key, message: errors[0]?.message }).toEqual({ key, message });
    expect(warnings).toEqual([]);
  });

  it('a manifest at the root is taken, whatever is in a folder', async () => {
    const files = packageFiles().map(({ path, bytes }) => ({ name: path, content: Buffer.from(bytes) }));
    const { errors, warnings } = summaryOf(await readZip([...files, ...below('copy/')]));
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  });

  it('names at most three manifests, and bounds the message', async () => {
    const folder = (index: number): string => `${'x'.repeat(240)}${index}/`;
    const { errors } = await readZip(Array.from({ length: 50 }, (_, index) => below(folder(index))).flat());
    expect(errors[0]?.message).toContain('and 47 more');
    expect(errors[0]?.message.length).toBeLessThan(1_002);
  });
});
