import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { attempt } from '../../support/jobs.ts';
import { kustomerClient, kustomerRefusal, type InstalledBody } from '../../support/kustomer.ts';

const settings = {
  default: {
    key: { type: 'secret', required: true },
    region: { type: 'string', required: true },
    empty: { type: 'string', defaultValue: '', required: true },
    limit: { type: 'number', defaultValue: 0, required: true },
    live: { type: 'boolean', defaultValue: false, required: true },
    note: { type: 'string' },
  },
};
const MISSING = ['default.key', 'default.region', 'default.empty'];

describe('required settings at the Kustomer API', () => {
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

  const installed = async (): Promise<InstalledBody['attributes']> => (await acme.installed())[0]!.attributes;

  it('an app without values for required settings is installed and needs settings', async () => {
    await acme.register({ app: 'hello', version: '1.0.0', settings });
    const made = await acme.install({ app: 'hello' });
    expect(made.attributes).toMatchObject({ state: 'needs_settings', enabled: true, missingSettings: MISSING });
    expect(await installed()).toEqual(made.attributes);

    const given = { default: { region: 'eu', empty: 'x' } };
    expect((await acme.install({ app: 'hello', settings: given })).attributes).toMatchObject({
      state: 'needs_settings',
      missingSettings: ['default.key'],
    });
    const whole = await acme.install({ app: 'hello', settings: { 'default.key': 'swordfish' } });
    expect(whole.attributes).toMatchObject({ state: 'installed', missingSettings: [], job: made.attributes.job });
    expect(await installed()).toEqual(whole.attributes);
  });

  it('a value that empties a required setting is refused, and the installation stays as it is', async () => {
    await acme.register({ app: 'hello', version: '1.0.0', settings });
    const whole = await acme.install({ app: 'hello', settings: { default: { key: 'a', region: 'eu', empty: 'x' } } });
    for (const name of ['key', 'region']) {
      const response = await acme.post('/v1/apps/install', { app: 'hello', settings: { default: { [name]: '' } } });
      expect((await kustomerRefusal(response, 400))[0]!.source.parameter).toBe(`settings.default.${name}`);
    }
    expect(await installed()).toEqual(whole.attributes);
  });

  it('an upgrade without values for required settings is done and needs settings', async () => {
    await acme.register({ app: 'hello', version: '1.0.0' });
    await acme.install({ app: 'hello' });
    await acme.register({ app: 'hello', version: '1.1.0', settings });
    const { attributes } = await acme.install({ app: 'hello' });
    expect(attributes).toMatchObject({ state: 'upgrading', version: '1.0.0', missingSettings: [] });
    await expect(attempt(harness, attributes.job.id)).resolves.toBe('completed');
    expect(await installed()).toMatchObject({ state: 'needs_settings', version: '1.1.0', missingSettings: MISSING });
  });

  it('a disabled app that lacks values is disabled, and names them', async () => {
    await acme.register({ app: 'hello', version: '1.0.0', settings });
    await acme.install({ app: 'hello' });
    await acme.send('PUT', '/v1/apps/hello-latest/disable');
    expect(await installed()).toMatchObject({ state: 'disabled', missingSettings: MISSING });
  });
});
