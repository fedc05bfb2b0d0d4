import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApp, createApp, endOf, read, uploadPackage, type InstallationBody } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { buildArchive, exampleArchive, macros } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import {
  contractEndpoints,
  contractFields,
  type ContractObject,
  type FieldType,
} from '../../support/zendesk-contract.ts';

type Fields = Record<string, unknown>;

const isType: Record<FieldType, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'array of strings': (value) => Array.isArray(value) && value.every(isType.string),
  'array of objects': (value) => Array.isArray(value) && value.every(isType.object),
};

/** Where we are not of the type that the contract's tables name; its own examples are not either, but for the average. */
const exceptions: Partial<Record<ContractObject, Record<string, (value: unknown) => boolean>>> = {
  app: { raw_installation_instructions: orNull('string'), raw_long_description: orNull('string') },
  parameter: { default_value: () => true },
  rating: { average: (value) => value === null || typeof value === 'number' },
  'plan information': { name: isNull },
  'settings object': { value: (value) => typeof value !== 'object' || value === null },
  installation: {
    has_unpaid_subscription: isNull,
    paid: isNull,
    redirect_path: isType.string,
    role_restrictions: orNull('array of strings'),
    stripe_account: isNull,
    stripe_publishable_key: isNull,
    stripe_subscription_id: isNull,
  },
  'shown installation': {
    app_installation_count: isNull,
    has_unpaid_subscription: isNull,
    paid: isNull,
    plan_id: isNull,
    zendesk_labs_license_url: isNull,
  },
};
/** Fields that the contract does not have. */
const ours: Partial<Record<ContractObject, string[]>> = {
  app: ['asset_url_prefix'],
  installation: ['missing_settings', 'state'],
  'shown installation': ['missing_settings', 'state'],
  'build job status': ['app_url', 'installation_id'],
  'install job status': ['app_id', 'app_url', 'retry_in'],
};

function isNull(value: unknown): boolean {
  return value === null;
}
function orNull(type: FieldType): (value: unknown) => boolean {
  return (value) => value === null || isType[type](value);
}

/** Fields that are missing, too many, or of another type. */
const faultsOf = (name: ContractObject, value: unknown): string[] => {
  const fields: Record<string, FieldType> = contractFields[name];
  const found = value as Fields;
  const expected = [...Object.keys(fields), ...(ours[name] ?? [])];
  return [
    ...expected.filter((field) => !Object.hasOwn(found, field)).map((field) => `${name}: no ${field}`),
    ...Object.keys(found)
      .filter((field) => !expected.includes(field))
      .map((field) => `${name}: ${field} too`),
    ...Object.entries(fields)
      .filter(([field, type]) => !(exceptions[name]?.[field] ?? isType[type])(found[field]))
      .map(([field]) => `${name}: ${field} is ${JSON.stringify(found[field])}`),
  ];
};
const faultsOfEach = (name: ContractObject, values: unknown): string[] =>
  (values as unknown[]).flatMap((value) => faultsOf(name, value));

describe('the fields of the contract', () => {
  let harness: Harness;
  let app: number;
  let installed: InstallationBody;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    app = await buildApp(harness, await exampleArchive('bookmarks'));
    const json = { app_id: app, settings: { name: 'Mine', title_prefix: 'Team' } };
    installed = await read(await at('/installations', { method: 'POST', json }), 201);
  });
  afterAll(() => harness.close());

  const at = (path: string, options?: RequestOptions): Promise<Response> =>
    harness.request(`/api/sell/apps${path}`, options);
  const get = async <T extends Fields>(path: string): Promise<T> => read<T>(await at(path), 200);

  it('are all those of an app, in every answer that holds one', async () => {
    const { apps } = await get<{ apps: Fields[] }>('.json');
    const { apps: owned } = await get<{ apps: Fields[] }>('/owned.json');
    const { installations } = await get<{ installations: { app: Fields }[] }>('/installations.json?include=app');
    const shown = [await get(`/${app}.json`), apps[0]!, owned[0]!, installations[0]!.app];
    for (const one of shown) {
      expect(one['parameters']).toHaveLength(3);
      const inner = [...faultsOfEach('parameter', one['parameters']), ...faultsOf('rating', one['rating'])];
      expect([...faultsOf('app', one), ...inner]).toEqual([]);
      expect(one).toEqual(shown[0]);
    }
    const { count } = shown[0]!['rating'] as { count: Fields };
    expect(Object.keys(count)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('are all those of an installation, in every answer that holds one', async () => {
    const json = { settings: { title_prefix: 'Group' }, role_restrictions: ['admin'] };
    const { installations } = await get<{ installations: Fields[] }>('/installations.json');
    const changed = await read<Fields>(await at(`/installations/${installed.id}`, { method: 'PUT', json }), 200);
    for (const one of [{ ...installed }, ...installations, changed]) {
      const inner = faultsOf('plan information', one['plan_information']);
      inner.push(...faultsOfEach('settings object', one['settings_objects']));
      expect([...faultsOf('installation', one), ...inner]).toEqual([]);
    }
  });

  it('are all those of a shown installation, which are others', async () => {
    const { installation, ...rest } = await get<{ installation: Fields }>(`/installations/${installed.id}.json`);
    expect(rest).toEqual({});
    const inner = faultsOf('framework versions', installation['framework_versions']);
    inner.push(...faultsOfEach('location', installation['locations']));
    expect([...faultsOf('shown installation', installation), ...inner]).toEqual([]);
    expect(installation['locations']).not.toEqual([]);
    expect(installation['settings']).toHaveLength(1);
  });

  it('say of an app that is for marketing only that it cannot be installed', async () => {
    const manifest = { marketingOnly: true, private: false, location: undefined, frameworkVersion: undefined };
    const texts = { name: 'Ad', short_description: 'a', long_description: 'b', installation_instructions: 'c' };
    const files = { 'translations/en.json': JSON.stringify({ app: texts }), 'assets/iframe.html': undefined };
    const id = await buildApp(harness, buildArchive({ manifest, files }));
    expect(await get(`/${id}`)).toMatchObject({ installable: false, framework_version: null, visibility: 'private' });
    const json = { app_id: id, settings: { name: 'x' } };
    await refusal(await at('/installations', { method: 'POST', json }), 422);
    expect(await get(`/${app}`)).toMatchObject({ installable: true });
  });

  it('say of an installation what its app requires and is, and that its job has not ended', async () => {
    const types = [{ key: 'thing', schema: { properties: {} } }];
    const requirements = { custom_objects: { custom_object_types: types, custom_object_relationship_types: [] } };
    const id = await buildApp(harness, buildArchive({ requirements }));
    const json = { app_id: id, settings: { name: 'Objects' } };
    const made = await read<InstallationBody>(await at('/installations', { method: 'POST', json }), 201);
    expect(made).toMatchObject({ pending_installation: true });
    await endOf(harness, made.pending_job_id);
    const { installation } = await get<{ installation: Fields }>(`/installations/${made.id}`);
    expect(installation).toMatchObject({
      app_id: id,
      author_email: 'ada@acme.example',
      framework_versions: { current: '2.0', version: '2.0' },
      has_custom_object_requirements: true,
      has_oauth_client: false,
      marketing_only: false,
      new_installation: false,
      version: '1.0.0',
    });
  });

  it('are all those of the status of a job, of either kind', async () => {
    const build = await endOf(harness, await createApp(harness, buildArchive({ requirements: macros(2) })));
    const json = { app_id: build.app_id, settings: { name: 'Mine' } };
    const { pending_job_id } = await read<InstallationBody>(await at('/installations', { method: 'POST', json }), 201);
    const ended = await endOf(harness, pending_job_id);
    const shown = await get(`/installations/job_statuses/${pending_job_id}.json`);
    expect([
      ...faultsOf('build job status', await get(`/job_statuses/${build.id}.json`)),
      ...faultsOf('install job status', ended),
      ...faultsOf('install job status', shown),
    ]).toEqual([]);
  });

  it('have "killed" for a job that a person has cancelled, which its row says once the queue knows it no more', async () => {
    const { id } = await endOf(harness, await createApp(harness, buildArchive()));
    await harness.deps.db.query("update jobs set state = 'killed', message = 'Cancelled by Ada' where id = $1", [id]);
    const find = vi.spyOn(harness.deps.producer, 'find').mockResolvedValue(undefined);
    const job = await get(`/job_statuses/${id}.json`);
    find.mockRestore();
    expect(job).toMatchObject({ status: 'killed', message: 'Cancelled by Ada', retry_in: 0 });
    expect(faultsOf('build job status', job)).toEqual([]);
  });

  it('come with the status that each endpoint has, for the role that it is for, and not for the one below', async () => {
    const ids = { job: installed.pending_job_id, installation: installed.id, app };
    const seen: string[] = [];
    // The last endpoint deletes the app.
    for (const { route } of contractEndpoints) {
      const [method = '', path = ''] = route.split(' ');
      const url = path
        .replace(/\{job(_status)?_id\}/, ids.job)
        .replace('{app_installation_id}', String(ids.installation))
        .replace('{app_id}', String(ids.app));
      const options = { method, ...(await bodyOf(route)) };
      for (const as of [null, 'agent', 'admin'] as const)
        seen.push(`${route} ${as} ${(await harness.request(`${url}.json`, { ...options, as })).status}`);
    }
    const documented = contractEndpoints.flatMap(({ route, status, role }) => [
      `${route} null 401`,
      `${route} agent ${role === 'Admins' ? 403 : status}`,
      `${route} admin ${status}`,
    ]);
    expect(seen).toEqual(documented);
  });

  const bodyOf = async (route: string): Promise<Pick<RequestOptions, 'json' | 'body'>> => {
    const archive = buildArchive();
    if (route.endsWith('/uploads')) {
      const form = new FormData();
      form.set('uploaded_data', new Blob([new Uint8Array(archive)]), 'app.zip');
      return { body: form };
    }
    if (route === 'POST /api/apps' || route === 'PUT /api/sell/apps/{app_id}')
      return { json: { name: 'My App', upload_id: String(await uploadPackage(harness, archive)) } };
    if (route.startsWith('POST')) return { json: { app_id: String(app), settings: { name: 'x', title_prefix: 'y' } } };
    return route.startsWith('PUT') ? { json: { settings: { name: 'x' } } } : {};
  };
});
