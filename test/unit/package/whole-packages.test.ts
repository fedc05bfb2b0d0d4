import { describe, expect, test } from 'vitest';
import { stricterRules } from '../../../src/domain/package/stricter-rules.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import type { FileContent } from '../../support/package-files.ts';
import { findKeys, manifestWith, packageFiles } from '../../support/package-files.ts';

const page = 'https://example.org';
const noPages = { location: undefined, frameworkVersion: undefined };

/** A manifest that breaks as many rules as it can. */
const worst = {
  author: { name: 1, url: 'x' },
  requirementsOnly: null,
  singleInstall: 'no',
  private: null,
  version: 2,
  gaID: [],
  noTemplate: 'everywhere',
  experiments: [1],
  domainWhitelist: 'a.com',
  oauth: {},
  termsConditionsURL: '/terms',
  parameters: [
    { name: 'name', type: 'colour', secure: 1 },
    { name: 'ghost', type: 'hidden', required: true },
    { name: 'first', type: 'oauth', secure: true },
    { name: 'second', type: 'oauth' },
    { name: 'scoped', scopes: 'header' },
  ],
  frameworkVersion: '3.0',
  location: {
    planet: {},
    chat: { chat_sidebar: { url: '' }, moon: page },
    support: { modal: { url: 'http://example.org', flexible: 'yes' }, crater: page },
  },
};

const worstErrors = [
  'manifest_keys.missing',
  'unacceptable_boolean',
  'unacceptable_boolean',
  'unacceptable_string',
  'unacceptable_string',
  'unacceptable_string',
  'invalid_no_template',
  'unacceptable_hash',
  'unacceptable_array_of_strings',
  'oauth_keys.missing',
  'invalid_url',
  'invalid_url',
  'unacceptable_boolean',
  'invalid_hidden_parameter',
  'invalid_type_parameter',
  'too_many_oauth_parameters',
  'oauth_parameter_cannot_be_secure',
  'name_as_parameter_name',
  'field_requires_secure_parameter',
  'unacceptable_array',
  'invalid_location_uri',
  'invalid_location_flexible_type',
  'blank_location_uri',
  'invalid_location',
  'invalid_location',
  'invalid_host',
  'invalid_version',
  'no_template_deprecated_in_v2',
];

describe('errors of a whole package, in order', () => {
  test.each<[string, Record<string, FileContent>, string[]]>([
    ['everything wrong with the manifest', { 'manifest.json': worst }, worstErrors],
    [
      'an empty manifest',
      { 'manifest.json': {} },
      ['manifest_keys.missing', 'manifest_keys.missing', 'manifest_keys.missing', 'invalid_version'],
    ],
    [
      'an app of framework 1',
      {
        'manifest.json': manifestWith({ frameworkVersion: '1.0', location: 'ticket_sidebar' }),
        'app.js': '(function(){}());',
        'templates/layout.hdbs': '<p/>',
      },
      ['invalid_version'],
    ],
    [
      'an app of framework 1 that says 2.0',
      { 'manifest.json': manifestWith({ location: ['ticket_sidebar', 'moon'], noTemplate: ['ticket_sidebar'] }) },
      ['invalid_location', 'locations_must_be_urls', 'no_template_deprecated_in_v2'],
    ],
    [
      'left-overs of framework 1 in an app with pages',
      { 'app.js': '', 'app.css': 'a{', 'templates/layout.hdbs': '<style>' },
      [],
    ],
    [
      'requirements only, with code and without requirements',
      { 'manifest.json': manifestWith({ ...noPages, requirementsOnly: true }), 'app.js': '' },
      ['no_source_required_apps', 'missing_requirements'],
    ],
    [
      'both kinds without pages, with requirements',
      {
        'manifest.json': manifestWith({ ...noPages, requirementsOnly: true, marketingOnly: true, private: false }),
        'requirements.json': {},
        'translations/en.json': {
          app: { name: '', description: '', installation_instructions: '', long_description: '' },
        },
      },
      ['requirements_not_supported'],
    ],
    [
      'texts and requirements',
      { 'translations/en.json': {}, 'requirements.json': { moons: {}, targets: { a: { type: 'url_target_v2' } } } },
      [
        'translation.missing_required_key',
        'invalid_requirements_types',
        'invalid_requirements_types',
        'missing_required_fields',
      ],
    ],
    [
      'a broken manifest hides texts and requirements, not assets',
      {
        'manifest.json': '{',
        'translations/en.json': '',
        'requirements.json': '',
        'assets/banner.png': '',
        'assets/a.zip': '',
      },
      ['manifest_not_json', 'banner.invalid_format', 'unsupported_mime_type_detected'],
    ],
    [
      'a wrong manifest hides texts and requirements, not assets',
      {
        'manifest.json': manifestWith({ private: 1 }),
        'translations/en.json': '',
        'requirements.json': '',
        'a.js': Buffer.from([0xff]),
      },
      ['unacceptable_boolean', 'invalid_encoding'],
    ],
    [
      'files in folders that are not looked at',
      { 'translations/.old/en.json': '{', '.translations/x.json': '', 'tmp/requirements.json': '[' },
      [],
    ],
    [
      'a requirement in each list that is not there',
      {
        'requirements.json': {
          custom_objects: { custom_object_relationship_types: [{ key: 'a' }] },
          webhooks: { hook: { name: 'x', status: '', endpoint: '', http_method: '' } },
        },
      },
      ['missing_required_fields', 'missing_required_fields', 'missing_required_fields', 'missing_required_fields'],
    ],
  ])('%s', async (_, files, keys) => {
    expect((await findKeys(packageFiles(files))).errors).toEqual(keys);
  });
});

test('files are named folder by folder, in the order of their bytes', async () => {
  const names = ['assets.js', 'assets-2.js', 'a.js', 'assets/x.js', 'assets/sub/z.js', 'assets/a.js', 'Z.js', 'B/w.js'];
  const files = Object.fromEntries(names.map((name) => [name, 'http://example.org']));
  const { warnings } = await checkPackage(packageFiles(files), { switches: defaultSwitches, limits: defaultLimits });
  const expected = [
    'B/w.js',
    'Z.js',
    'a.js',
    'assets/a.js',
    'assets/sub/z.js',
    'assets/x.js',
    'assets-2.js',
    'assets.js',
  ];
  expect(warnings.map(({ file }) => file)).toEqual(expected);
});

test('the files to store are those given, in their order', async () => {
  const files = packageFiles({ 'z.txt': 'z', '.hidden': 'h', 'tmp/t': 't', 'a.txt': 'a' });
  const report = await checkPackage(files, { switches: defaultSwitches, limits: defaultLimits });
  expect(report.files).toEqual(files);
});

test('each stricter rule is listed once, with its reason', () => {
  expect(new Set(stricterRules.map(({ key }) => key)).size).toBe(stricterRules.length);
  for (const { reason } of stricterRules) expect(reason).toMatch(/^.{20,}\.$/);
});
