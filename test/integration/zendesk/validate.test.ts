import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackArchive } from '../../../src/domain/archive/unpack-archive.ts';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { switchChecks } from '../../../src/use-cases/switch-checks.ts';
import type { PackageProblem } from '../../../src/domain/package/problem.ts';
import { buildApp, createApp, endOf, read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive, exampleArchive, uploadForm, wrapArchive } from '../../support/packages.ts';

interface Refused {
  error: string;
  description: string;
  details: { errors: PackageProblem[]; warnings: PackageProblem[] };
}

describe('what is wrong with a package', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const validate = (archive: Buffer, slot = 'v2') =>
    harness.request(`/api/${slot}/apps/validate`, { method: 'POST', body: uploadForm(archive, 'file') });
  const broken = () =>
    buildArchive({ manifest: { defaultLocale: undefined, frameworkVersion: '1.0', singleInstall: 'yes' } });

  it.each(['v2', 'sell', 'zopim'])('is nothing for a good one, under %s', async (slot) => {
    const answer = await read<{ errors: unknown[]; warnings: unknown[] }>(
      await validate(await exampleArchive('service-desk'), slot),
      200,
    );
    expect(answer).toEqual({ errors: [], warnings: [] });
  });

  it('is told beside the names of text fields that are ignored', async () => {
    const body = uploadForm(buildArchive(), 'file');
    body.append('create', 'true');
    const answer = await harness.request('/api/v2/apps/validate', { method: 'POST', body });
    expect([answer.status, answer.headers.get('x-appyard-ignored')]).toEqual([200, 'create']);
  });

  it('comes with the warnings of a good one', async () => {
    const archive = buildArchive({ manifest: { parameters: [{ name: 'api_token', type: 'text' }] } });
    const { warnings } = await read<{ warnings: PackageProblem[] }>(await validate(archive), 200);
    expect(warnings.map(({ key }) => key)).toContain('warning.parameter_should_be_secure');
  });

  it('is a warning for a folder around the app, and an error with another file beside that folder', async () => {
    const wrapped = wrapArchive(buildArchive(), 'my-app-main', { '__MACOSX/._my-app-main': 'x' });
    const { warnings } = await read<{ warnings: PackageProblem[] }>(await validate(wrapped), 200);
    expect(warnings).toMatchObject([{ key: 'warning.top_folder_removed', data: { folder: 'my-app-main' } }]);
    const ambiguous = wrapArchive(buildArchive(), 'my-app-main', { 'README.md': 'x' });
    const { description, details } = await read<Refused>(await validate(ambiguous), 422);
    expect(details.errors[0]?.key).toBe('nested_manifest');
    expect(description).toContain('README.md is outside of it. Zip the content of my-app-main.');
  });

  it('is said all at once, with its place, and nothing is kept', async () => {
    const { error, description, details } = await read<Refused>(await validate(broken()), 422);
    expect(error).toBe('invalid_package');
    expect(details.errors.map(({ key }) => key)).toEqual([
      'manifest_keys.missing',
      'unacceptable_boolean',
      'invalid_v1_location',
      'locations_cant_be_urls',
      'invalid_version',
    ]);
    expect(description.split('\n')).toEqual(details.errors.map(({ message }) => message));
    expect(details.errors[1]).toMatchObject({ file: 'manifest.json', pointer: '/singleInstall', line: 1 });
    const { rowCount } = await harness.deps.db.query('select 1 from uploads');
    expect(rowCount).toBe(0);
    expect(await readdir(harness.deps.incomingDir)).toEqual([]);
  });

  it('can be that it is no archive at all', async () => {
    const { details } = await read<Refused>(await validate(Buffer.from('not a zip')), 422);
    expect(details.errors).toMatchObject([{ key: 'archive_no_end_record' }]);
  });

  it('depends on what the account has turned on', async () => {
    const archive = buildArchive({
      manifest: { parameters: [{ name: 'cert', type: 'mtls', allowed_domain: 'api.example.com' }] },
    });
    expect((await validate(archive)).status).toBe(422);
    await switchChecks(harness.deps, 'acme', [{ name: 'mtls', on: true }]);
    expect((await validate(archive)).status).toBe(200);
    await buildApp(harness, archive);
    await switchChecks(harness.deps, 'acme', [{ name: 'mtls', on: false }]);
  });

  it('is the message of a failed build, and its report in whole', async () => {
    const job = await endOf(harness, await createApp(harness, broken()));
    const { description, details } = await read<Refused>(await validate(broken()), 422);
    expect(job).toMatchObject({
      status: 'failed',
      message: `The build of app.zip (Tiny 1.0.0) failed:\n${description}`,
    });
    const route = `/api/v2/apps/job_statuses/${job.id}.json?include=report`;
    expect(await read(await harness.request(route), 200)).toEqual({ ...job, report: details });
  });

  it('stays with a completed build as its warnings', async () => {
    const archive = buildArchive({ manifest: { parameters: [{ name: 'my_password', type: 'text' }] } });
    const job = await endOf(harness, await createApp(harness, archive));
    const route = `/api/v2/apps/job_statuses/${job.id}?include=report`;
    const { report } = await read<{ report: Refused['details'] }>(await harness.request(route), 200);
    expect(report.errors).toEqual([]);
    expect(report.warnings.length).toBeGreaterThan(0);
    const { rows } = await harness.deps.db.query('select warnings from app_versions where app_id = $1', [job.app_id]);
    expect(rows).toEqual([{ warnings: report.warnings }]);
  });

  it('is said in time also of a package that takes too long', async () => {
    const slow = await createHarness('redis', { env: { BUILD_TIMEOUT_MS: '1' } });
    const answer = await slow.request('/api/v2/apps/validate', {
      method: 'POST',
      body: uploadForm(await exampleArchive('service-desk'), 'file'),
    });
    expect(await read<Refused>(answer, 422)).toMatchObject({ error: 'package_too_slow' });
    await slow.close();
  });

  it('is asked by admins only, with the file in its field', async () => {
    const body = () => uploadForm(buildArchive(), 'file');
    const ask = (as: 'agent' | 'operator' | null, form = body()) =>
      harness.request('/api/v2/apps/validate', { method: 'POST', body: form, as });
    expect((await ask('agent')).status).toBe(403);
    expect((await ask(null)).status).toBe(401);
    const wrong = await harness.request('/api/v2/apps/validate', { method: 'POST', body: uploadForm(buildArchive()) });
    expect((await read<Refused>(wrong, 422)).description).toContain('send it as "file"');
  });

  describe('the package for download', () => {
    it('is packed by the server: the same files, the same digest, without what was dropped', async () => {
      const upload = buildArchive({ files: { 'zcli.apps.config.json': '{"parameters": {"token": "hunter2"}}' } });
      const again = buildArchive({ files: { '__MACOSX/x': 'y' } });
      const [first, second] = [await buildApp(harness, upload), await buildApp(harness, again)];
      const answer = await harness.request(`/api/v2/apps/${first}/package`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/zip');
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename=app-\d+-\d+\.zip$/);
      expect(answer.headers.get('x-appyard-upload-sha256')).toBe(createHash('sha256').update(upload).digest('hex'));
      const bytes = Buffer.from(await answer.arrayBuffer());
      const { files, problems } = unpackArchive(bytes, defaultLimits);
      expect(problems).toEqual([]);
      expect(files.map(({ path }) => path)).toEqual(['assets/iframe.html', 'manifest.json', 'translations/en.json']);
      expect(bytes.includes('hunter2')).toBe(false);
      const other = await harness.request(`/api/v2/apps/${second}/package.json`);
      expect(Buffer.from(await other.arrayBuffer()).equals(bytes)).toBe(true);
    });

    it('has no folder around the app when the uploaded archive had one', async () => {
      const archive = buildArchive();
      const plain = await buildApp(harness, archive);
      const job = await endOf(harness, await createApp(harness, wrapArchive(archive, 'my-app-main')));
      const report = await read<{ report: Refused['details'] }>(
        await harness.request(`/api/v2/apps/job_statuses/${job.id}?include=report`),
        200,
      );
      expect(report.report.warnings.map(({ key }) => key)).toEqual(['warning.top_folder_removed']);
      const download = async (id: number | null): Promise<Buffer> =>
        Buffer.from(await (await harness.request(`/api/v2/apps/${id}/package`)).arrayBuffer());
      expect((await download(job.app_id)).equals(await download(plain))).toBe(true);
      const page = await harness.request(`/api/v2/apps/${job.app_id}/assets/iframe.html`);
      expect([page.status, await page.text()]).toEqual([200, '<p>hi</p>\n']);
    });

    it('is for the admins of its own account', async () => {
      const id = await buildApp(harness, buildArchive());
      const status = async (as: 'agent' | 'other' | null) =>
        (await harness.request(`/api/v2/apps/${id}/package`, { as })).status;
      expect(await status('agent')).toBe(403);
      expect(await status(null)).toBe(401);
      await harness.request(`/api/appyard/v1/apps/${id}/visibility`, {
        method: 'PUT',
        as: 'operator',
        json: { visibility: 'public' },
      });
      expect(await status('other')).toBe(404);
    });
  });
});
