import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { readDefinition } from '../../../src/domain/package/read-definition.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import type { FileContent } from '../../support/package-files.ts';
import { findKeys, manifestWith, packageFiles } from '../../support/package-files.ts';

const read = async (manifest: Record<string, unknown>, files: Record<string, FileContent> = {}) => {
  const all = packageFiles({ 'manifest.json': manifestWith(manifest), ...files });
  expect((await findKeys(all, { mtls: true, recordSidebar: true })).errors).toEqual([]);
  return readDefinition(all);
};

test('the least that a package can say', async () => {
  expect(await read({ name: undefined, author: {}, version: undefined, private: undefined })).toEqual({
    name: null,
    version: null,
    author: { name: null, email: null, url: null },
    defaultLocale: 'en',
    frameworkVersion: '2.0',
    private: true,
    requirementsOnly: false,
    marketingOnly: false,
    singleInstall: false,
    signedUrls: false,
    termsUrl: null,
    remoteInstallationUrl: null,
    domainWhitelist: [],
    products: ['support'],
    locations: [
      {
        product: 'support',
        name: 'ticket_sidebar',
        url: 'assets/page.html',
        autoLoad: true,
        autoHide: false,
        flexible: false,
        signed: false,
        size: null,
      },
    ],
    parameters: [],
    requirements: [],
    pictures: [],
    requiresCustomObjects: false,
    translations: { en: { app: { name: 'Greeter' } } },
    oauth: null,
  });
});

test('fields of the manifest', async () => {
  const definition = await read({
    singleInstall: true,
    signedUrls: true,
    termsConditionsURL: 'https://example.org/terms',
    remoteInstallationURL: 'https://example.org/install',
    domainWhitelist: ['a.com'],
    oauth: { client_id: 'id', client_secret: 's', authorize_uri: 'a', access_token_uri: 't' },
    parameters: [{ name: 'login', type: 'oauth' }],
  });
  expect(definition).toMatchObject({
    name: 'Greeter',
    version: '1.0.0',
    author: { name: 'Ada', email: 'ada@example.org', url: 'https://example.org' },
    singleInstall: true,
    signedUrls: true,
    termsUrl: 'https://example.org/terms',
    remoteInstallationUrl: 'https://example.org/install',
    domainWhitelist: ['a.com'],
    oauth: { clientId: 'id', authorizeUri: 'a', accessTokenUri: 't', scope: null },
  });
  expect(JSON.stringify(definition)).not.toContain('client_secret');
});

test('locations and products, in the order of the product codes', async () => {
  const page = 'https://example.org';
  const { products, locations } = await read({
    signedUrls: true,
    location: {
      sell: { modal: page },
      zopim: { chat_sidebar: { url: page, signed: false, size: { height: 5 }, flexible: true } },
      support: {
        nav_bar: { autoLoad: 0, autoHide: 'x', url: page },
        modal: { autoLoad: null },
        custom_object_record_sidebar: { url: page, objectTypes: ['car'] },
      },
    },
  });
  expect(products).toEqual(['support', 'chat', 'sell']);
  expect(locations.map(({ product, name }) => `${product}.${name}`)).toEqual([
    'support.nav_bar',
    'support.modal',
    'support.custom_object_record_sidebar',
    'chat.chat_sidebar',
    'sell.modal',
  ]);
  expect(locations[0]).toMatchObject({ autoLoad: true, autoHide: true, signed: true, flexible: false });
  expect(locations[1]).toMatchObject({ autoLoad: false, url: '' });
  expect(locations[2]).toMatchObject({ objectTypes: ['car'] });
  expect(locations[3]).toMatchObject({ signed: false, flexible: true, size: { height: 5 } });
});

describe('products of apps without pages', () => {
  const bare = { location: undefined, frameworkVersion: undefined };
  const texts = { name: '', short_description: '', installation_instructions: '', long_description: '' };
  const open = { 'translations/en.json': { app: texts } };
  test.each<[string, Record<string, unknown>, Record<string, FileContent>, string[]]>([
    ['requirements', { ...bare, requirementsOnly: true }, { 'requirements.json': {} }, ['support']],
    ['marketing', { ...bare, marketingOnly: true, private: false }, open, ['support']],
    [
      'marketing of others',
      { ...bare, marketingOnly: true, private: false, location: { sell: {}, chat: {} } },
      open,
      ['chat', 'sell'],
    ],
  ])('for %s only', async (_, manifest, files, products) => {
    expect((await read(manifest, files)).products).toEqual(products);
  });
});

test('parameters, in the order of the manifest', async () => {
  const { parameters } = await read({
    parameters: [
      { name: 'b' },
      { name: 'a', type: 'checkbox', required: true, default: true },
      { name: 'c', secure: true, scopes: ['header'], default: { not: 'a scalar' } },
      { name: 'd', type: 'mtls', allowed_domain: '*.example.com' },
    ],
  });
  expect(parameters).toEqual([
    { name: 'b', kind: 'text', required: false, secure: false, defaultValue: null },
    { name: 'a', kind: 'checkbox', required: true, secure: false, defaultValue: true },
    { name: 'c', kind: 'text', required: false, secure: true, defaultValue: null, scopes: ['header'] },
    { name: 'd', kind: 'mtls', required: false, secure: false, defaultValue: null, allowedDomain: '*.example.com' },
  ]);
});

test('requirements, in the order of the file', async () => {
  const titles = { title: 'a', title_pluralized: 'as', include_in_list_view: true };
  const requirements =
    '{"triggers":{"z":{"title":"Z"},"1":{"title":"one"}},' +
    '"custom_objects":{"custom_object_types":[{"key":"car","schema":{}}],"others":[{}]},' +
    `"custom_objects_v2":{"objects":[${JSON.stringify({ key: 'a', ...titles })}],` +
    '"object_fields":[{"key":"f","title":"F","type":"text","object_key":"a"},"ignored"]}}';
  const definition = await read({}, { 'requirements.json': requirements });
  expect(definition.requirements).toEqual([
    { type: 'triggers', identifier: 'z', payload: { title: 'Z' } },
    { type: 'triggers', identifier: '1', payload: { title: 'one' } },
    { type: 'custom_objects.custom_object_types', identifier: 'car', payload: { key: 'car', schema: {} } },
    { type: 'custom_objects_v2.objects', identifier: 'a', payload: { key: 'a', ...titles } },
    {
      type: 'custom_objects_v2.object_fields',
      identifier: 'a.f',
      payload: { key: 'f', title: 'F', type: 'text', object_key: 'a' },
    },
  ]);
});

test('translations, without the marks for translators', async () => {
  const { translations } = await read(
    {},
    {
      'translations/de.json': { app: { package: 'p', name: { title: 'Name', value: 'Grüßer' } } },
      'translations/readme.md': 'x',
    },
  );
  expect(translations).toEqual({ en: { app: { name: 'Greeter' } }, de: { app: { name: 'Grüßer' } } });
});

test('of the translations what is shown: texts of listings and of parameters', async () => {
  const texts = { name: 'N', short_description: 5, parameters: { key: { label: 'Key', more: 1 } }, own: {} };
  const { translations } = await read({}, { 'translations/de.json': { app: { ...texts, support: texts }, rest: 'x' } });
  const shown = { name: 'N', short_description: null, parameters: { key: { label: 'Key' } } };
  expect(translations['de']).toEqual({ app: { ...shown, support: shown } });
});

describe('whatever depth was taken can be read', () => {
  const limits = { ...defaultLimits, maxJsonDepth: 1_000_000 };
  const nested = (depth: number) =>
    packageFiles({ 'translations/en.json': `{"app":{"name":"a"},"b":${'['.repeat(depth)}${']'.repeat(depth)}}` });

  test('a thousand', async () => {
    expect((await checkPackage(nested(999), { switches: defaultSwitches, limits })).errors).toEqual([]);
    expect(readDefinition(nested(999)).translations).toHaveProperty('en');
  });

  test('one more', async () => {
    const { errors } = await checkPackage(nested(1_000), { switches: defaultSwitches, limits });
    expect(errors).toMatchObject([{ key: 'translation.not_json' }]);
  });
});

test('a broken package is a bug of the caller', () => {
  expect(() => readDefinition([])).toThrow('without manifest.json');
  expect(() => readDefinition(packageFiles({ 'manifest.json': '{' }))).toThrow('faulty package');
});
