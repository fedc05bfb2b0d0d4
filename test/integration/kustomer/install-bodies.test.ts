import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { attempt } from '../../support/jobs.ts';
import { kustomerClient, kustomerRefusal } from '../../support/kustomer.ts';

describe('what an app is installed with', () => {
  let harness: Harness;
  let acme: ReturnType<typeof kustomerClient>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    acme = kustomerClient(harness);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from installations');
    await harness.deps.db.query('delete from apps');
  });

  describe('settings', () => {
    const settings = {
      default: {
        region: { type: 'string', defaultValue: 'eu' },
        apiKey: { type: 'secret', required: true },
        limit: { type: 'number', defaultValue: 5 },
        live: { type: 'boolean', defaultValue: false },
      },
    };
    const stored = async (): Promise<{ settings: Record<string, unknown>; secrets: Record<string, string> }> =>
      (
        await harness.deps.db.query<{ settings: Record<string, unknown>; secrets: Record<string, string> }>(
          'select settings, secrets from installations',
        )
      ).rows[0]!;

    it('are taken by category or with a dot, secrets sealed, defaults filled in', async () => {
      await acme.register({ app: 'hello', version: '1.0.0', settings });
      await acme.install({ app: 'hello', settings: { default: { apiKey: 'swordfish' }, 'default.limit': 7 } });
      const { settings: plain, secrets } = await stored();
      expect(plain).toEqual({ 'default.region': 'eu', 'default.limit': 7, 'default.live': false });
      expect(Object.keys(secrets)).toEqual(['default.apiKey']);
      expect(JSON.stringify(secrets)).not.toContain('swordfish');
    });

    it.each([
      ['that empty a required one', { default: { apiKey: '' } }, 'settings.default.apiKey'],
      ['of the wrong type', { default: { apiKey: 'a', limit: 'many' } }, 'settings.default.limit'],
      ['that the app has not', { default: { apiKey: 'a', color: 'red' } }, 'settings.default.color'],
      ['outside a category', { apiKey: 'a' }, 'settings.apiKey'],
      ['twice', { default: { apiKey: 'a' }, 'default.apiKey': 'b' }, 'settings.default.apiKey'],
      ['that are no values', { default: { apiKey: ['a'] } }, 'settings.default.apiKey'],
    ])('%s are refused by name, and nothing is installed', async (_name, given, parameter) => {
      await acme.register({ app: 'hello', version: '1.0.0', settings });
      const response = await acme.post('/v1/apps/install', { app: 'hello', settings: given });
      expect((await kustomerRefusal(response, 400)).map(({ source }) => source.parameter)).toEqual([parameter]);
      expect(await acme.installed()).toEqual([]);
    });

    it('that come with the version that is there are changed, without a job', async () => {
      await acme.register({ app: 'hello', version: '1.0.0', settings });
      const before = await acme.install({ app: 'hello', settings: { default: { apiKey: 'a' } } });
      const after = await acme.install({ app: 'hello', settings: { default: { region: 'us' } } });
      expect(after.attributes.job.id).toBe(before.attributes.job.id);
      expect((await stored()).settings['default.region']).toBe('us');
    });

    it('that come with an upgrade are held against the version that is upgraded to', async () => {
      await acme.register({ app: 'hello', version: '1.0.0' });
      await acme.install({ app: 'hello' });
      await acme.register({ app: 'hello', version: '1.1.0', settings });
      const response = await acme.post('/v1/apps/install', { app: 'hello', settings: { default: { limit: 'x' } } });
      expect((await kustomerRefusal(response, 400))[0]!.source.parameter).toBe('settings.default.limit');
      const { attributes } = await acme.install({ app: 'hello', settings: { default: { apiKey: 'a' } } });
      await expect(attempt(harness, attributes.job.id)).resolves.toBe('completed');
      expect((await acme.installed())[0]!.attributes).toMatchObject({ state: 'installed', version: '1.1.0' });
    });

    it('are never told by the audit log where they are secret', async () => {
      await acme.register({ app: 'hello', version: '1.0.0', settings });
      await acme.install({ app: 'hello', settings: { default: { apiKey: 'swordfish' } } });
      const { rows } = await harness.deps.db.query('select before, after from audit_entries');
      expect(JSON.stringify(rows)).toContain('settings.default.apiKey');
      expect(JSON.stringify(rows)).not.toContain('swordfish');
    });
  });

  it.each([
    ['an app that is not there', { app: 'nobody' }, 404, ''],
    ['a version that is not there', { app: 'hello', version: '9.9.9' }, 404, ''],
    ['a version that is none', { app: 'hello', version: '1' }, 400, 'version'],
    ['a name that is none', { app: 'hello-1.0.0' }, 400, 'app'],
    ['no name', {}, 400, 'app'],
    ['an unknown member', { app: 'hello', force: true }, 400, 'force'],
    ['settings that are a list', { app: 'hello', settings: [] }, 400, 'settings'],
  ])('refuses %s', async (_name, body, status, parameter) => {
    await acme.register({ app: 'hello', version: '1.0.0' });
    const [entry] = await kustomerRefusal(await acme.post('/v1/apps/install', body), status);
    expect(entry!.source.parameter).toBe(parameter);
    expect(await acme.installed()).toEqual([]);
  });
});
