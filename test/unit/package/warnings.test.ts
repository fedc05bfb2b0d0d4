import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import { findKeys, manifestWith, packageFiles } from '../../support/package-files.ts';

const warningsOf = async (files: Record<string, string>) => {
  const options = { switches: defaultSwitches, limits: defaultLimits };
  return (await checkPackage(packageFiles(files), options)).warnings;
};

const labelsIn = async (text: string): Promise<unknown[]> =>
  (await warningsOf({ 'a.js': text })).flatMap(({ key, data }) =>
    key === 'warning.possible_secret' ? [data?.['label']] : [],
  );

describe('requests', () => {
  test.each<[string, string, string[]]>([
    ['a.js', 'fetch("http://example.org/a?b#c")', ['http://example.org/a?b#c']],
    ['a.jsx', 'xhttp:a', ['http:a']],
    ['assets/a.htm', '<a href=http://a.org/%41%zz>', ['http://a.org/%41']],
    ['a.js', '"http://a.org" "http://b.org" "http://a.org"', ['http://a.org', 'http://b.org']],
  ])('%s: %s', async (path, text, urls) => {
    const warnings = await warningsOf({ [path]: text });
    expect(warnings).toMatchObject([{ key: 'warning.insecure_request', file: path, data: { urls } }]);
  });

  test.each<[string, string]>([
    ['a.js', 'https://example.org'],
    ['a.js', 'HTTP://example.org'],
    ['a.js', 'http: //'],
    ['a.css', 'http://example.org'],
  ])('not in %s: %s', async (path, text) => {
    expect(await warningsOf({ [path]: text })).toEqual([]);
  });

  test('scripts come before pages', async () => {
    const warnings = await warningsOf({ 'a.html': 'http://a', 'b.js': 'http://b', 'assets/c.js': 'http://c' });
    expect(warnings.map(({ file }) => file)).toEqual(['assets/c.js', 'b.js', 'a.html']);
  });
});

describe('secrets', () => {
  const hex = (count: number) => '0a1b2c3d4e'.repeat(20).slice(0, count);
  test.each<[string, string[]]>([
    ['xoxb-1a', ['Slack Token']],
    ['-----BEGIN RSA PRIVATE KEY-----', ['RSA Private Key']],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', ['SSH Private Key (OpenSSH)']],
    ['-----BEGIN DSA PRIVATE KEY-----', ['SSH Private Key (DSA)']],
    ['-----BEGIN EC PRIVATE KEY-----', ['SSH Private Key (EC)']],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----', ['PGP Private Key Block']],
    [`FaceBook: '${hex(24)}'`, ['Facebook OAuth Token']],
    [`twitter = "${hex(30)}"`, ['Twitter OAuth Token']],
    [`twitter = "${hex(29)}"`, []],
    [`github: ${hex(40)}`, ['Github Token']],
    [`client_secret="${hex(16)}`, ['Google OAuth Token']],
    ['AKIAABCDEFGH', ['AWS Access Key ID']],
    [`aws_secret_access_key -> ${hex(24)}`, ['AWS Secret Access Key']],
    ['heroku 0123ABCD-0123-ABCD-0123-0123456789AB', ['Heroku API Key']],
    ['heroku 0123abcd-0123-abcd-0123-0123456789ab', []],
    [`quickpay_secret: ${hex(24)}`, ['Quickpay Secret']],
    [`doorman-secret ${hex(16)}`, ['Doorman Secret']],
    ['shared_session_secret: abcd', ['Shared Session Secret']],
    [`permanent_cookie_secret: ${hex(120)}`, ['Permanent Cookie Secret']],
    [`permanent_cookie_secret: ${hex(119)} a`, []],
    [`scarlett_aws_secret_key ${hex(35)}`, ['Scarlett AWS Secret Key']],
    [`braintree_key ${hex(16)}`, ['Braintree Key']],
    [`ticket_validation_key ${hex(15)}`, ['Ticket Validation Key']],
    ['APP-KEY: "abcd"', ['App Key']],
    ['consumer_secret = abcd', ['Consumer Secret']],
    ['x\nSecret: \n\nabcd', ['Generic Secret']],
    ['x secret: abcd', []],
    ['master_key="abcd', ['Master Key']],
    [`zendesk_zopim_mobile_sso_key ${hex(58)}`, ['Zendesk Zopim Mobile SSO Key']],
    ['private_key: abcd', ['Help Center Private Key']],
    [`x-outbound-key ${'-'.repeat(33)}`, ['X-Outbound-Key']],
    [`attachment_token_key ${hex(24)}`, ['Attachment Token Key']],
    ['Password is abcd', ['Password']],
    ['password\nabcd', []],
    ['token: abcd', ['Token']],
    ['token: abc', []],
    ['tokens abcd', []],
    ['token: abc\ntoken: abcd', ['Token']],
    ['token_secret: abcd', ['Token Secret']],
  ])('%s', async (text, labels) => {
    expect(await labelsIn(text)).toEqual(labels);
  });

  test.each<[string, boolean]>([
    ['a.js', true],
    ['a.json', true],
    ['a.jso', true],
    ['foojs', true],
    ['a.xml', true],
    ['a.html', true],
    ['assets/{a,b}.js', true],
    ['a.jsx', false],
    ['a.ts', false],
    ['a.css', false],
    ['a.txt', false],
    ['tmp/a.js', false],
    ['.a/a.js', false],
  ])('are looked for in %s: %s', async (path, isSearched) => {
    const warnings = await warningsOf({ [path]: 'the auth_key' });
    expect(warnings.map(({ key }) => key)).toEqual(isSearched ? ['warning.secret_words'] : []);
  });

  test('words count in their own case only, in one warning for all files', async () => {
    expect(await warningsOf({ 'a.js': 'PASSWORD', 'b.js': 'Secret' })).toEqual([]);
    const warnings = await warningsOf({ 'a.js': 'a secret', 'b.js': 'authUser AuthUser' });
    expect(warnings).toMatchObject([{ data: { files: 'a.js (secret), b.js (AuthUser)', count: 2 } }]);
  });
});

test('warnings come in the order of the rules', async () => {
  const files = packageFiles({
    'manifest.json': manifestWith({ parameters: [{ name: 'pwd' }, { name: 'a', secure: true, default: '' }] }),
    'assets/icon.svg': '<svg><script/></svg>',
    'a.js': 'http://example.org password = abcd',
  });
  expect((await findKeys(files)).warnings).toEqual([
    'warning.parameter_should_be_secure',
    'warning.secret_with_default',
    'warning.secure_parameter_without_scopes',
    'warning.insecure_request',
    'warning.svg_edited',
    'warning.possible_secret',
    'warning.secret_words',
  ]);
});

test('a broken manifest hides warnings about settings and requests, not about drawings and secrets', async () => {
  const files = {
    'manifest.json': '{',
    'assets/icon.svg': '<svg><script/></svg>',
    'a.js': 'http://example.org secret',
  };
  expect((await warningsOf(files)).map(({ key }) => key)).toEqual(['warning.svg_edited', 'warning.secret_words']);
});
