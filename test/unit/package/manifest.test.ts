import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import { findKeys, manifestWith, packageFiles } from '../../support/package-files.ts';

const errorsOf = async (overrides: Record<string, unknown>): Promise<string[]> =>
  (await findKeys(packageFiles({ 'manifest.json': manifestWith(overrides) }))).errors;

const withoutPages = { location: undefined, frameworkVersion: undefined };

test('a good package has no problems', async () => {
  expect(await findKeys(packageFiles())).toEqual({ errors: [], warnings: [] });
});

describe('the file', () => {
  test.each<[string, Parameters<typeof packageFiles>[0], string[]]>([
    ['missing', { 'manifest.json': null }, ['missing_manifest']],
    ['in another case', { 'manifest.json': null, 'Manifest.json': '{}' }, ['missing_manifest']],
    ['one folder down', { 'manifest.json': null, 'app/manifest.json': '{}' }, ['nested_manifest']],
    ['two folders down', { 'manifest.json': null, 'a/b/manifest.json': '{}' }, ['missing_manifest']],
    [
      'one folder down, but that is not looked at',
      { 'manifest.json': null, 'tmp/manifest.json': '{}' },
      ['missing_manifest'],
    ],
    ['empty', { 'manifest.json': '' }, ['manifest_not_json']],
    ['a list', { 'manifest.json': [] }, ['manifest_not_json']],
    ['a string', { 'manifest.json': '"x"' }, ['manifest_not_json']],
    ['with a key twice', { 'manifest.json': '{"author":{"a":1,"a":2}}' }, ['duplicate_manifest_keys']],
    ['not UTF-8', { 'manifest.json': Buffer.from('{"a":"\xe4"}', 'latin1') }, ['invalid_encoding']],
    ['too large', { 'manifest.json': ' '.repeat(defaultLimits.maxJsonBytes + 1) }, ['json_file_too_large']],
    ['with what cannot be stored', { 'manifest.json': '{"name":"\\u0000"}' }, ['unsupported_json']],
  ])('%s', async (_, overrides, keys) => {
    expect((await findKeys(packageFiles(overrides))).errors).toEqual(keys);
  });
});

describe('fields', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['no author', { author: undefined }, ['manifest_keys.missing']],
    ['null author and locale', { author: null, defaultLocale: null }, ['manifest_keys.missing']],
    ['an author without anything', { author: {} }, []],
    ['an author that is a string', { author: 'Ada' }, ['unacceptable_hash']],
    ['an author with a number', { author: { name: 5 } }, ['unacceptable_string']],
    ['an author with a bad url', { author: { url: 'example.org' } }, ['invalid_url']],
    ['an author with an empty url', { author: { url: '' } }, ['invalid_url']],
    ['an author whose url has no host', { author: { url: 'http:///x' } }, ['invalid_url']],
    ['terms that are a number', { termsConditionsURL: 2 }, ['unacceptable_string', 'invalid_url']],
    ['good terms', { termsConditionsURL: 'https://example.org/a?b#c' }, []],
    ['no version', { version: undefined }, []],
    ['a version that is an object', { version: {} }, ['unacceptable_string']],
    ['an installation URL that is no URL', { remoteInstallationURL: 'x' }, []],
    ['a private that is null', { private: null }, ['unacceptable_boolean']],
    ['a private that is 0', { private: 0 }, ['unacceptable_boolean']],
    ['a singleInstall that is null', { singleInstall: null }, []],
    ['signedUrls in quotes', { signedUrls: 'true' }, ['unacceptable_boolean']],
    ['experiments that are a string', { experiments: 'x' }, ['unacceptable_hash']],
    ['experiments that are false', { experiments: false }, []],
    ['a whitelist with a number', { domainWhitelist: ['a.com', 1] }, ['unacceptable_array_of_strings']],
    ['an empty whitelist', { domainWhitelist: [] }, []],
    ['unknown keys', { whatever: [{}] }, []],
    ['noTemplate', { noTemplate: true }, ['no_template_deprecated_in_v2']],
    ['noTemplate with locations', { noTemplate: ['modal'] }, ['no_template_deprecated_in_v2']],
    ['noTemplate with a number', { noTemplate: 5 }, ['invalid_no_template', 'no_template_deprecated_in_v2']],
    ['an empty noTemplate', { noTemplate: [] }, []],
    ['OAuth that is empty', { oauth: {} }, ['oauth_keys.missing', 'oauth_parameter_required']],
    ['OAuth that is false', { oauth: false }, []],
    ['OAuth that is a list', { oauth: [] }, ['unacceptable_hash']],
    [
      'OAuth with a number',
      {
        oauth: { client_id: 1, client_secret: 's', authorize_uri: 'a', access_token_uri: 'b' },
        parameters: [{ name: 't', type: 'oauth' }],
      },
      ['unacceptable_string'],
    ],
    ['a locale that has no file', { defaultLocale: 'fil' }, ['missing_translation_file']],
    ['a locale with a script', { defaultLocale: 'zh-Hans' }, ['invalid_default_locale']],
    ['a locale in capitals', { defaultLocale: 'EN' }, ['invalid_default_locale']],
    ['a locale with a second line', { defaultLocale: 'en\nxx' }, ['invalid_default_locale']],
    ['a locale that is a number', { defaultLocale: 5 }, ['unacceptable_string', 'invalid_default_locale']],
  ])('%s', async (_, overrides, keys) => {
    expect(await errorsOf(overrides)).toEqual(keys);
  });
});

describe('the framework version', () => {
  test.each<[string, unknown, string[]]>([
    ['2.0', '2.0', []],
    ['2.0.0', '2.0.0', ['invalid_version']],
    ['a blank in front', ' 2.0', ['invalid_version']],
    ['newer', '2.1', ['invalid_version']],
    ['10', '10', ['invalid_version']],
    ['older', '1.0', ['locations_cant_be_urls', 'invalid_version']],
    ['a preview', '2.0.pre', ['locations_cant_be_urls', 'invalid_version']],
    ['a preview with a hyphen', '2-rc1', ['locations_cant_be_urls', 'invalid_version']],
    ['empty', '', ['locations_cant_be_urls', 'invalid_version']],
    ['a number', 2, ['unacceptable_string', 'invalid_version']],
    ['no version number', 'v2', ['invalid_version']],
    ['an object', {}, ['unacceptable_string', 'invalid_version']],
    ['missing', undefined, ['locations_cant_be_urls', 'manifest_keys.missing', 'invalid_version']],
  ])('%s', async (_, frameworkVersion, keys) => {
    expect(await errorsOf({ frameworkVersion })).toEqual(keys);
  });
});

describe('apps without pages', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'with a location and a version',
      { requirementsOnly: true },
      ['no_location_required', 'no_framework_version_required'],
    ],
    ['for requirements, without requirements', { ...withoutPages, requirementsOnly: true }, ['missing_requirements']],
    ['for marketing', { ...withoutPages, marketingOnly: true, private: false }, ['translation.missing_required_key']],
    ['for marketing, but private', { ...withoutPages, marketingOnly: true }, ['marketing_only_app_cant_be_private']],
    [
      'for marketing, with parameters',
      { ...withoutPages, marketingOnly: true, private: false, parameters: [{ name: 'a' }] },
      ['no_parameters_required'],
    ],
    [
      'a flag in quotes counts as set',
      { requirementsOnly: 'true' },
      ['unacceptable_boolean', 'no_location_required', 'no_framework_version_required'],
    ],
  ])('%s', async (_, overrides, keys) => {
    expect(await errorsOf(overrides)).toEqual(keys);
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['a script under assets', { 'assets/a.jsx': '' }, ['no_source_required_apps']],
    ['a template', { 'templates/a/b.hdbs': '' }, ['no_source_required_apps']],
    ['a stylesheet', { 'app.css': 'a{}' }, ['no_source_required_apps']],
    ['an empty stylesheet before a full one', { 'app.scss': '', 'app.css': 'a{}' }, []],
    ['a page', { 'assets/a.html': '' }, []],
  ])('with %s', async (_, files, keys) => {
    const manifest = manifestWith({ ...withoutPages, requirementsOnly: true });
    const result = await findKeys(packageFiles({ 'manifest.json': manifest, 'requirements.json': {}, ...files }));
    expect(result.errors).toEqual(keys);
  });
});

test('experiments are looked at for the marketplace only', async () => {
  const files = packageFiles({
    'manifest.json': manifestWith({ experiments: { hashParams: true, rocket: true, off: false } }),
  });
  expect((await findKeys(files)).errors).toEqual([]);
  expect((await findKeys(files, { marketplace: true })).errors).toEqual(['invalid_experiment']);
});

test('a problem says where it is and what to do', async () => {
  const manifest = '{\n  "author": {},\n  "defaultLocale": "en",\n  "frameworkVersion": "2.0",\n  "private": 1\n}';
  const options = { switches: defaultSwitches, limits: defaultLimits };
  const { errors } = await checkPackage(packageFiles({ 'manifest.json': manifest }), options);
  expect(errors).toEqual([
    {
      key: 'unacceptable_boolean',
      message: 'manifest.json, line 5, column 14 (/private): "private" is 1; write true or false.',
      file: 'manifest.json',
      pointer: '/private',
      line: 5,
      column: 14,
      data: { field: 'private', value: 1 },
    },
    expect.objectContaining({ key: 'manifest_keys.missing', pointer: '', line: 1, column: 1 }),
  ]);
});
