import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { buildArchive, wrapArchive } from '../support/packages.ts';
import { createPrograms, type Ended, type Programs } from '../support/program.ts';

/** No settings at all: it needs neither a server nor a database. */
describe('appyard validate', () => {
  let folder: string;
  let programs: Programs;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-validate-'));
    programs = createPrograms({});
  });
  afterAll(async () => {
    await programs.close();
    await rm(folder, { recursive: true });
  });

  const validate = (...words: string[]): Promise<Ended> => programs.run(['validate', ...words]);
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  };

  it.each(['hello-world', 'bookmarks', 'service-desk', 'helpful-app'])(
    'finds nothing wrong with examples/%s',
    async (name) => {
      expect(await validate(path.join(projectRoot, 'examples', name))).toMatchObject({
        code: 0,
        stdout: 'The package is good: 0 errors, 0 warnings.\n',
      });
    },
  );

  it('says where and what is wrong in a folder, and ends with 1', async () => {
    await write('app/manifest.json', '{\n  "name": "x",\n  "name": "y"\n}');
    const { code, stdout } = await validate(path.join(folder, 'app'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error {4}manifest\.json, line 3, column 3 .+ \(duplicate_manifest_keys\)$/m);
    expect(stdout).toMatch(/^The package is refused: 1 errors, 0 warnings\.$/m);
  });

  it('gives the report of a zip as JSON', async () => {
    const file = await write('app.zip', buildArchive({ manifest: { author: undefined } }));
    const { code, stdout } = await validate(file, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      errors: [{ key: 'manifest_keys.missing', file: 'manifest.json', line: 1, column: 1 }],
      warnings: [],
    });
  });

  it('warns of a folder around the app, in a zip and in a folder, and names no path with it', async () => {
    const zip = await write('wrapped.zip', wrapArchive(buildArchive(), 'my-app-main'));
    const { code, stdout } = await validate(zip);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'warning  All files of the archive are in the folder my-app-main. It was removed from their paths. ' +
        'Zip the content of the folder instead. (warning.top_folder_removed)\n' +
        'The package is good: 0 errors, 1 warnings.\n',
    });
    await write('parent/my-app/manifest.json', '{"private": 1}');
    const inFolder = await validate(path.join(folder, 'parent'));
    expect(inFolder.code).toBe(1);
    expect(inFolder.stdout).toMatch(/^error {4}manifest\.json, line 1, .+ \(unacceptable_boolean\)$/m);
  });

  it('checks what is on for an account only when told to', async () => {
    const parameters = [{ name: 'cert', type: 'mtls', allowed_domain: 'api.example.com' }];
    const file = await write('mtls.zip', buildArchive({ manifest: { parameters } }));
    expect((await validate(file)).code).toBe(1);
    expect((await validate(file, '--on', 'mtls')).code).toBe(0);
  });

  it('says in one line that there is nothing', async () => {
    const { code, stdout, stderr } = await validate(path.join(folder, 'nothing'));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^appyard: .+\n$/);
  });

  it('lists links and bad names together with everything else', async () => {
    await write('linked/manifest.json', JSON.stringify({ private: 1 }));
    await write('linked/assets/a\\b.txt', 'x');
    await write('linked/assets/a.', 'x');
    await symlink('/etc/passwd', path.join(folder, 'linked/assets/link'));
    await symlink('/etc', path.join(folder, 'linked/translations'));
    const { code, stdout } = await validate(path.join(folder, 'linked'), '--json');
    expect(code).toBe(1);
    const { errors } = JSON.parse(stdout) as { errors: { key: string; file?: string }[] };
    expect(errors.slice(0, 4).map(({ key, file }) => [key, file])).toEqual([
      ['archive_name_trailing_dot_or_blank', 'assets/a.'],
      ['archive_name_backslash', 'assets/a\\b.txt'],
      ['archive_symlink', 'assets/link'],
      ['archive_symlink', 'translations'],
    ]);
    expect(errors.map(({ key }) => key)).toContain('unacceptable_boolean');

    const shown = await validate(path.join(folder, 'linked'));
    expect(shown.code).toBe(1);
    expect(shown.stdout).toMatch(/^error {4}assets\/link is a symbolic link: .+ \(archive_symlink\)$/m);
    expect(shown.stdout).toMatch(/^error {4}manifest\.json, line 1, .+ \(unacceptable_boolean\)$/m);
  });

  it('counts what it does not list', async () => {
    const settings = Array.from({ length: 60 }, (_, i) => ({ name: `p${i}`, type: 'text', secure: 1 }));
    const file = await write('many.zip', buildArchive({ manifest: { parameters: settings } }));
    const { stdout } = await validate(file);
    expect(stdout).toMatch(/\(unacceptable_boolean, and 10 more of this kind\)$/m);
    expect(stdout).toMatch(/^The package is refused: 60 errors, 0 warnings\.$/m);
  });
});

describe('appyard pack', () => {
  it('refuses a link in one line', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'appyard-pack-'));
    const programs = createPrograms({});
    await writeFile(path.join(folder, 'manifest.json'), '{}');
    await symlink('/etc/passwd', path.join(folder, 'assets'));
    const { code, stderr } = await programs.run(['pack', folder, path.join(folder, 'app.zip')]);
    await programs.close();
    await rm(folder, { recursive: true });
    expect(code).toBe(1);
    expect(stderr).toBe('appyard: assets is a symbolic link; put the file itself there.\n');
  });
});
