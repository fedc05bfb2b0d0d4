import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { buildArchive } from '../support/packages.ts';
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

  it.each(['hello-world', 'bookmarks', 'service-desk'])('finds nothing wrong with examples/%s', async (name) => {
    expect(await validate(path.join(projectRoot, 'examples', name))).toMatchObject({
      code: 0,
      stdout: 'The package is good: 0 errors, 0 warnings.\n',
    });
  });

  it('says where and what is wrong in a folder, and ends with 1', async () => {
    await write('app/manifest.json', '{\n  "name": "x",\n  "name": "y"\n}');
    const { code, stdout } = await validate(path.join(folder, 'app'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^error {4}manifest\.json:3:3 {2}.+ \(duplicate_manifest_keys\)$/m);
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

  it('checks what is on for an account only when told to', async () => {
    const parameters = [{ name: 'cert', type: 'mtls', allowed_domain: 'api.example.com' }];
    const file = await write('mtls.zip', buildArchive({ manifest: { parameters } }));
    expect((await validate(file)).code).toBe(1);
    expect((await validate(file, '--on', 'mtls')).code).toBe(0);
  });

  it('says in one line that there is nothing, or a link', async () => {
    expect(await validate(path.join(folder, 'nothing'))).toMatchObject({ code: 1, stdout: '' });
    await write('linked/manifest.json', '{}');
    await symlink('/etc/passwd', path.join(folder, 'linked/assets'));
    const { code, stderr } = await validate(path.join(folder, 'linked'));
    expect(code).toBe(1);
    expect(stderr).toBe('appyard: assets is a symbolic link; put the file itself there.\n');
  });
});
