import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { countOf } from '../../support/jobs.ts';
import { kustomerClient, kustomerRefusal, type Definition } from '../../support/kustomer.ts';

describe('to register an app', () => {
  let harness: Harness;
  let acme: ReturnType<typeof kustomerClient>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    acme = kustomerClient(harness);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps');
  });

  const refused = async (definition: Definition, status: number) =>
    kustomerRefusal(await acme.post('/v1/apps/available', definition), status);

  const bad: [name: string, change: Definition, parameter: string][] = [
    ['no app', { app: undefined }, 'app'],
    ['an app with a dash', { app: 'hello-world' }, 'app'],
    ['an app with a space', { app: 'hello world' }, 'app'],
    ['an empty app', { app: '' }, 'app'],
    ['a long app', { app: 'a'.repeat(129) }, 'app'],
    ['an app that is a number', { app: 1 }, 'app'],
    ['no version', { version: undefined }, 'version'],
    ['a version of two numbers', { version: '1.0' }, 'version'],
    ['a version with a v', { version: 'v1.0.0' }, 'version'],
    ['a version with leading zeros', { version: '01.0.0' }, 'version'],
    ['a version with build metadata', { version: '1.0.0+1' }, 'version'],
    ['a version that is a number', { version: 1 }, 'version'],
    ['a long version', { version: `1.0.0-${'a'.repeat(100)}` }, 'version'],
    ['latest as a version', { version: 'latest' }, 'version'],
    ['an unknown member', { kview: [] }, 'kview'],
    ['a member in other letters', { Title: 'x' }, 'Title'],
    ['a title that is null', { title: null }, 'title'],
    ['a long title', { title: 'x'.repeat(256) }, 'title'],
    ['a title with a NUL character', { title: 'a\0' }, 'title'],
    ['a long description', { description: 'x'.repeat(50_001) }, 'description'],
    ['a visibility of another kind', { visibility: 'secret' }, 'visibility'],
    ['roles that are a text', { roles: 'a' }, 'roles'],
    ['a role that is a number', { roles: [1] }, 'roles.0'],
    ['too many screenshots', { screenshots: Array.from({ length: 251 }, () => 'x') }, 'screenshots'],
    ['kviews that are an object', { kviews: {} }, 'kviews'],
    ['a kview that is a text', { kviews: ['card'] }, 'kviews.0'],
    ['too many commands', { commands: Array.from({ length: 251 }, (_, i) => ({ name: `c${i}` })) }, 'commands'],
    ['two kviews of one name', { kviews: [{ name: 'a' }, { name: 'a' }] }, 'kviews.1.name'],
    ['two of one name, one namespaced', { kviews: [{ name: 'a' }, { name: 'kustomer.app.bad.a' }] }, 'kviews.1.name'],
    ['a klass whose name is a number', { klasses: [{ name: 1 }] }, 'klasses.0.name'],
    ['a hook whose name is empty', { hooks: [{ eventName: ' ' }] }, 'hooks.0.eventName'],
    ['a component with a NUL character', { klasses: [{ name: 'a', x: { y: ['\0'] } }] }, 'klasses.0.x.y'],
    ['appDetails that are a list', { appDetails: [] }, 'appDetails'],
    ['settings that are a list', { settings: [] }, 'settings'],
    ['a category that is a text', { settings: { a: 'b' } }, 'settings.a'],
    ['a setting that is a text', { settings: { a: { b: 'c' } } }, 'settings.a.b'],
    ['a setting of an unknown type', { settings: { a: { b: { type: 'secrett' } } } }, 'settings.a.b.type'],
    [
      'a default of another type',
      { settings: { a: { b: { type: 'number', defaultValue: 'x' } } } },
      'settings.a.b.defaultValue',
    ],
    ['a default that is a list', { settings: { a: { b: { defaultValue: [] } } } }, 'settings.a.b.defaultValue'],
    ['required that is a text', { settings: { a: { b: { required: 'yes' } } } }, 'settings.a.b.required'],
    ['two settings of one name', { settings: { 'a.b': { c: {} }, a: { 'b.c': {} } } }, 'settings.a.b.c'],
    ['default that is a text', { default: 'true' }, 'default'],
    ['dataSubscriptions that are objects', { dataSubscriptions: [{}] }, 'dataSubscriptions.0'],
  ];

  it.each(bad)('with %s is 400 that names it, and nothing is registered', async (_name, change, parameter) => {
    const parameters = (await refused({ app: 'bad', version: '0.0.1', ...change }, 400)).map(
      ({ source }) => source.parameter,
    );
    expect(parameters[0]).toMatch(new RegExp(`^${parameter.replaceAll('.', '\\.')}`));
    expect([await countOf(harness, 'apps'), await countOf(harness, 'app_versions')]).toEqual([0, 0]);
  });

  it('names every member that is wrong, each in an entry of its own', async () => {
    const entries = await refused({ app: 'bad', version: 'x', title: 1, foo: 2 }, 400);
    expect(entries.map(({ source }) => source.parameter).sort()).toEqual(['foo', 'title', 'version']);
    expect(entries.find(({ source }) => source.parameter === 'title')!.message).toBe('title must be a text');
  });

  it('with members that are nested without end is 400', async () => {
    const deep = `{"app":"bad","version":"0.0.1","klasses":[{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}]}`;
    const headers = { 'content-type': 'application/json' };
    const response = await harness.request('/v1/apps/available', { method: 'POST', body: deep, headers });
    expect((await kustomerRefusal(response, 400))[0]!.message).toContain('nested deeper');
  });
});
