import { describe, expect, test } from 'vitest';
import { findKeys, manifestWith, packageFiles } from '../../support/package-files.ts';

const errorsOf = async (location: unknown, switches = {}): Promise<string[]> =>
  (await findKeys(packageFiles({ 'manifest.json': manifestWith({ location }) }), switches)).errors;

describe('forms', () => {
  test.each<[string, unknown, string[]]>([
    ['a url', { support: { modal: 'assets/page.html' } }, []],
    ['the old name of a product', { zendesk: { modal: 'assets/page.html' } }, []],
    [
      'both names, of which the new one counts',
      { support: { modal: 'assets/page.html' }, zendesk: { nonsense: 'x' } },
      [],
    ],
    ['nothing', undefined, ['manifest_keys.missing']],
    ['an empty object', {}, ['manifest_keys.missing']],
    ['a product without locations', { support: {} }, ['manifest_keys.missing']],
    ['a product that is null', { support: null }, ['manifest_keys.missing']],
    ['a product that is a string', { support: 'modal' }, ['unacceptable_hash']],
    ['a product that is a list', { support: ['modal'] }, ['blank_location_uri']],
    ['a number', 5, ['manifest_keys.missing']],
    ['one name', 'modal', ['locations_must_be_urls']],
    ['a list of names', ['modal', 'nav_bar'], ['locations_must_be_urls']],
    ['a list with an unknown name', ['nonsense'], ['invalid_location', 'locations_must_be_urls']],
    ['a list with a name twice', ['modal', 'modal'], ['duplicate_manifest_keys']],
    ['an unknown product', { desk: { modal: 'x' } }, ['manifest_keys.missing', 'invalid_host']],
    ['a known and an unknown product', { support: { modal: 'assets/page.html' }, desk: {} }, ['invalid_host']],
    ['an unknown location', { chat: { modal: 'https://example.org' } }, ['invalid_location']],
    ['an unknown location without a url', { chat: { modal: {} } }, ['invalid_location']],
    ['a location that is inherited', { support: { toString: 'https://example.org' } }, ['invalid_location']],
    ['the old url', { support: { modal: '_legacy' } }, ['locations_must_be_urls']],
  ])('%s', async (_, location, keys) => {
    expect(await errorsOf(location)).toEqual(keys);
  });
});

describe('urls', () => {
  test.each<[string, unknown, string[]]>([
    ['https', 'https://example.org/a?b=|<>#c', []],
    ['https in capitals', 'HTTPS://example.org', []],
    ['https with a user', 'https://u:p@example.org', []],
    ['http', 'http://example.org', ['invalid_location_uri']],
    ['http on this machine', 'http://localhost:4567/x', []],
    ['http on this machine, in capitals', 'http://LOCALHOST/', ['invalid_location_uri']],
    ['http on this machine, by number', 'http://127.0.0.1/', ['invalid_location_uri']],
    ['no scheme', 'localhost:4567/x', ['invalid_location_uri']],
    ['javascript', 'javascript:alert(1)', ['invalid_location_uri']],
    ['javascript with a host', 'javascript://localhost/%0aalert(1)', ['location_uri_scheme_refused']],
    ['javascript with a setting', ' java\nscript:alert("{{setting.x}}")', ['location_uri_scheme_refused']],
    ['a setting', 'https://{{setting.host}}/x', []],
    ['a setting with a blank', 'https://{{ setting.host }}/x', ['invalid_location_uri']],
    ['https without slashes', 'https:example.org', ['location_uri_without_host']],
    ['https without anything', 'https://', ['location_uri_without_host']],
    ['a host only', '//example.org/x', ['invalid_location_uri']],
    ['a file', 'assets/page.html?a=b#c', []],
    ['a file that is not there', 'assets/other.html', ['invalid_location_uri']],
    ['a file in a folder that is not there', 'assets', ['invalid_location_uri']],
    ['a file with a dot in front', './assets/page.html', ['invalid_location_uri']],
    ['a file with a slash in front', '/assets/page.html', ['invalid_location_uri']],
    ['a file elsewhere', 'assets/../manifest.json', ['location_uri_outside_assets']],
    ['a blank', 'https://example.org/a b', ['invalid_location_uri']],
    ['a letter beyond ASCII', 'https://example.org/ä', ['invalid_location_uri']],
    ['a broken percent sign', 'https://example.org/%zz', ['invalid_location_uri']],
    ['a colon in a relative path', 'assets:x/y', ['invalid_location_uri']],
    ['nothing', '', ['blank_location_uri']],
    ['a number', 5, ['blank_location_uri']],
  ])('%s', async (_, url, keys) => {
    expect(await errorsOf({ support: { modal: { url } } })).toEqual(keys);
  });

  test.each<[string, unknown, string[]]>([
    ['false needs no url', false, []],
    ['null needs no url', null, []],
    ['0 counts as true', 0, ['blank_location_uri']],
  ])('autoLoad %s', async (_, autoLoad, keys) => {
    expect(await errorsOf({ support: { modal: { autoLoad } } })).toEqual(keys);
  });
});

test('flexible is true, false or nothing', async () => {
  const errorsFor = (flexible: unknown) => errorsOf({ support: { modal: { url: 'assets/page.html', flexible } } });
  expect(await errorsFor(true)).toEqual([]);
  expect(await errorsFor(null)).toEqual([]);
  expect(await errorsFor('true')).toEqual(['invalid_location_flexible_type']);
});

test('locations of framework 2 need its version', async () => {
  const location = { support: { modal: '_legacy' }, chat: { chat_sidebar: '_legacy' } };
  const files = packageFiles({ 'manifest.json': manifestWith({ location, frameworkVersion: '1.0' }) });
  expect((await findKeys(files)).errors).toEqual(['invalid_v1_location', 'invalid_version']);
});

describe('the record sidebar', () => {
  const sidebar = (options: Record<string, unknown>) => ({
    support: { custom_object_record_sidebar: { url: 'assets/page.html', ...options } },
  });

  test.each<[string, unknown, string[]]>([
    ['with types', ['car'], []],
    ['without types', undefined, ['object_types_required']],
    ['with one that is no list', 'car', ['object_types_must_be_array']],
    ['with no types', [], ['object_types_empty']],
    ['with a blank type', ['car', ' '], ['object_types_invalid_entries']],
  ])('%s', async (_, objectTypes, keys) => {
    expect(await errorsOf(sidebar({ objectTypes }), { recordSidebar: true })).toEqual(keys);
  });

  test('is unknown unless switched on', async () => {
    expect(await errorsOf(sidebar({}))).toEqual(['invalid_location']);
  });

  test('is the only one with types', async () => {
    const location = { support: { modal: { url: 'assets/page.html', objectTypes: ['car'] } } };
    expect(await errorsOf(location, { recordSidebar: true })).toEqual(['object_types_not_supported']);
    expect(await errorsOf(location)).toEqual([]);
  });
});
