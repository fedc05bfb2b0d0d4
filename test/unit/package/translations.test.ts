import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import { findKeys, manifestWith, packageFiles } from '../../support/package-files.ts';

const text = (value: string) => ({ title: 'what it is', value });
const english = (app: unknown, more: Record<string, unknown> = {}) => ({ 'translations/en.json': { app, ...more } });
const key = (name: string) => `translation.${name}`;

describe('translations', () => {
  test.each<[string, Parameters<typeof packageFiles>[0], string[]]>([
    ['other locales', { 'translations/en-us.json': '{}', 'translations/es-419.json': '{}' }, []],
    ['another extension', { 'translations/DE.JSON': 'x', 'translations/readme.md': 'x' }, []],
    ['an underscore', { 'translations/en_US.json': '{}' }, [key('invalid_locale')]],
    ['a word', { 'translations/English.json': '{' }, [key('invalid_locale'), key('not_json')]],
    ['a folder', { 'translations/a/en.json': '{}' }, [key('invalid_locale')]],
    ['a key twice', { 'translations/en.json': '{"app":{"name":"a","name":"b"}}' }, []],
    ['a comment', { 'translations/en.json': '/* a */ {"app":{"name":"a"}}' }, []],
    ['a byte order mark', { 'translations/en.json': '\uFEFF{"app":{"name":"a"}}' }, []],
    ['two byte order marks', { 'translations/en.json': '\uFEFF\uFEFF{"app":{"name":"a"}}' }, [key('not_json')]],
    ['bytes that are no text', { 'translations/en.json': Buffer.from([0x22, 0xff, 0x22]) }, ['invalid_encoding']],
    ['a string', { 'translations/en.json': '"a"' }, [key('not_json_object')]],
    ['an app that is a list', english([]), [key('not_json_object')]],
    ['an app that is a string', english('a'), [key('missing_required_key')]],
    ['no app', { 'translations/en.json': {} }, [key('missing_required_key')]],
    ['a name that is null', english({ name: null }), []],
    ['parameters that are a list', english({ name: 'a', parameters: [1] }), [key('not_json_object')]],
    ['parameters that are null', english({ name: 'a', parameters: null }), []],
    ['a parameter with a label', english({ name: 'a', parameters: { p: { label: 5 } } }), []],
    [
      'parameters without labels',
      english({ name: 'a', parameters: { p: 'x', q: {} } }),
      [key('missing_required_key_on_leaf')],
    ],
    ['texts for a product', english({ support: { name: 'a' } }), []],
    ['no name for a product', english({ support: { title: 'a' } }), [key('missing_required_key_for_product')]],
    ['a product that is a string', english({ support: 'a' }), [key('not_json_object')]],
    [
      'another product',
      english({ support: { name: 'a' }, chat: { name: 'a' } }),
      [key('products_do_not_match_manifest_products')],
    ],
    [
      'other products without names',
      english({ sell: {}, chat: {} }),
      [key('products_do_not_match_manifest_products'), key('missing_required_key_for_product')],
    ],
    ['annotated texts', english({ package: 'p', name: text('a'), parameters: { p: { label: text('b') } } }), []],
    ['an annotated empty object', english({ package: 'p', name: {} }), []],
    [
      'a bare text among annotated ones',
      english({ package: 'p', name: text('a') }, { other: 'b' }),
      [key('invalid_format')],
    ],
    ['a list among annotated texts', english({ package: 'p', name: text('a'), list: [] }), [key('invalid_format')]],
    [
      'a number in an annotated text',
      english({ package: 'p', name: { title: 'a', value: 1 } }),
      [key('invalid_format')],
    ],
    ['a bare text without the mark', english({ package: false, name: 'a', list: [1] }), []],
    [
      'a fault in an earlier file hides what en.json lacks',
      { ...english({}), 'translations/de.json': '{' },
      [key('not_json')],
    ],
    [
      'a fault in a later file does not',
      { ...english({}), 'translations/fr.json': '{' },
      [key('missing_required_key'), key('not_json')],
    ],
    [
      'too many',
      Object.fromEntries(
        Array.from({ length: 9 }, (_, i) => [`translations/a${'abcdefghi'[i]}.json`, ' '.repeat(1024 * 1024)]),
      ),
      ['translations_too_large'],
    ],
    [
      'too many values, however small',
      { 'translations/de.json': { a: Array(30_000).fill([]) }, 'translations/fr.json': { a: Array(30_000).fill([]) } },
      ['translations_too_large'],
    ],
    [
      'listing texts that are too large in all languages together',
      Object.fromEntries(
        ['de', 'fr', 'es'].map((l) => [`translations/${l}.json`, { app: { long_description: 'x'.repeat(700_000) } }]),
      ),
      ['listing_texts_too_large'],
    ],
    [
      'texts as large that only the app itself shows',
      Object.fromEntries(
        ['de', 'fr', 'es'].map((l) => [`translations/${l}.json`, { app: { own: 'x'.repeat(700_000) } }]),
      ),
      [],
    ],
    ['as many values as fit', { 'translations/de.json': { a: Array(49_000).fill([]) } }, []],
    ['a manifest of too many values', { 'manifest.json': { a: Array(200_000).fill([]) } }, ['json_file_too_large']],
    [
      'requirements of too many values',
      { 'requirements.json': { a: Array(200_000).fill([]) } },
      ['json_file_too_large'],
    ],
  ])('%s', async (_, files, keys) => {
    expect((await findKeys(packageFiles(files))).errors).toEqual(keys);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['a label', '{"app":{"name":"a","parameters":{"b":{},"1":{}}}}', { leaf: 'b' }],
    ['a text', '{"app":{"package":"p","b":"x","1":"y"}}', { field: `'b': 'x'` }],
  ])('names the first fault of %s in the order of the file', async (_, english, data) => {
    const files = packageFiles({ 'translations/en.json': english });
    const { errors } = await checkPackage(files, { switches: defaultSwitches, limits: defaultLimits });
    expect(errors[0]?.data).toMatchObject(data);
  });

  test('only en.json must be complete, whatever the default locale is', async () => {
    const manifest = manifestWith({ defaultLocale: 'de' });
    const files = { 'manifest.json': manifest, 'translations/en.json': null, 'translations/de.json': {} };
    expect((await findKeys(packageFiles(files))).errors).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['all texts', { name: '', short_description: '', installation_instructions: null, long_description: '' }, []],
    ['the old name of a text', { name: '', description: '', installation_instructions: '', long_description: '' }, []],
    ['a name only', { name: '' }, [key('missing_required_key')]],
    ['a name only, by product', { support: { name: '' } }, [key('missing_required_key_for_product')]],
  ])('a public app with %s', async (_, app, keys) => {
    const files = packageFiles({ 'manifest.json': manifestWith({ private: false }), ...english(app) });
    expect((await findKeys(files)).errors).toEqual(keys);
  });

  test('are not looked at while the manifest is wrong', async () => {
    const files = packageFiles({ 'manifest.json': manifestWith({ version: 1 }), 'translations/en.json': '{' });
    expect((await findKeys(files)).errors).toEqual(['unacceptable_string']);
  });
});
