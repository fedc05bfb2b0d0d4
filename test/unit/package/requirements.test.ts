import { describe, expect, test } from 'vitest';
import type { FileContent } from '../../support/package-files.ts';
import { findKeys, manifestWith, packageFiles } from '../../support/package-files.ts';

const errorsOf = async (requirements: FileContent, manifest: Record<string, unknown> = {}): Promise<string[]> => {
  const files = packageFiles({ 'manifest.json': manifestWith(manifest), 'requirements.json': requirements });
  return (await findKeys(files)).errors;
};

const many = (count: number, make: (index: number) => unknown): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, make(index)]));

const titled = { title: 'x' };
const webhook = {
  name: 'a',
  status: 'active',
  endpoint: 'https://example.org',
  http_method: 'POST',
  request_format: 'json',
};

describe('requirements', () => {
  test.each<[string, FileContent, string[]]>([
    ['none', {}, []],
    ['a comment', '// a\n{"triggers":{"t":{"title":"T"}}}', []],
    ['an empty file', '', ['requirements_not_json']],
    ['a list', [], ['requirements_not_json']],
    ['a key twice, deep', '{"triggers":{"a":{"title":"x","title":"y"}}}', ['duplicate_requirements']],
    [
      'all that have titles',
      { macros: { a: titled }, automations: { a: titled }, views: { a: titled }, ticket_fields: { a: titled } },
      [],
    ],
    ['a type that does not exist', { moons: { a: titled } }, ['invalid_requirements_types']],
    ['a type that is inherited', { toString: { a: titled } }, ['invalid_requirements_types']],
    ['an entry without a title', { macros: { a: { name: 'x' } } }, ['missing_required_fields']],
    ['an entry that is null', { macros: { a: null } }, ['invalid_requirement_structure']],
    ['a title that is null', { macros: { a: { title: null } } }, []],
    ['an entry that is a string', { macros: { a: 'title' } }, ['invalid_requirement_structure']],
    ['a type that is null', { macros: null }, ['invalid_requirement_type_structure']],
    ['a type that is a list', { triggers: ['a'] }, ['invalid_requirement_type_structure']],
    ['5,000', { triggers: many(5_000, () => titled) }, []],
    ['5,001', { triggers: many(5_001, () => titled) }, ['excessive_requirements']],
    [
      'a field without a key',
      { user_fields: { a: titled }, organization_fields: { b: { key: 'b' } } },
      ['missing_required_fields', 'missing_required_fields'],
    ],
    ['a field that is null', { user_fields: { a: null } }, ['invalid_requirement_structure']],
    ['one channel', { channel_integrations: { a: { manifest_url: '/x' } } }, []],
    [
      'two channels, one without a manifest',
      { channel_integrations: { a: { manifest_url: '/x' }, b: {} } },
      ['multiple_channel_integrations', 'missing_required_fields'],
    ],
    ['a webhook', { webhooks: { a: webhook } }, []],
    ['a webhook without anything', { webhooks: { a: {} } }, Array(5).fill('missing_required_fields')],
    [
      'a target of a dead type',
      { targets: { a: { ...titled, type: 'http_target' }, b: { ...titled, type: 'email_target' } } },
      ['invalid_requirements_types'],
    ],
  ])('%s', async (_, requirements, keys) => {
    expect(await errorsOf(requirements)).toEqual(keys);
  });

  test.each<[string, unknown, string[]]>([
    ['empty lists', { custom_object_types: [], custom_object_relationship_types: [] }, []],
    ['lists with other names', { custom_object_types: [], others: [1, 2] }, []],
    [
      'good ones',
      {
        custom_object_types: [{ key: 'a', schema: {} }],
        custom_object_relationship_types: [{ key: 'b', source: 'a', target: 'a' }],
      },
      [],
    ],
    ['no list of types', {}, ['missing_required_fields']],
    ['types without anything', { custom_object_types: [{}] }, ['missing_required_fields', 'missing_required_fields']],
    ['a list that is an object', { custom_object_types: {} }, ['invalid_requirement_type_structure']],
    ['a type that is a number', { custom_object_types: [1] }, ['invalid_requirement_structure']],
    [
      '51 in all',
      {
        custom_object_types: Array.from({ length: 30 }, (_, i) => ({ key: i, schema: {} })),
        custom_object_relationship_types: Array.from({ length: 21 }, (_, i) => ({ key: i, source: 'a', target: 'b' })),
      },
      ['excessive_custom_objects_requirements'],
    ],
    [
      'a key twice',
      {
        custom_object_types: [
          { key: 'a', schema: {} },
          { key: 'a', schema: {} },
        ],
      },
      ['duplicate_requirement_keys'],
    ],
    ['a key that is null', { custom_object_types: [{ key: null, schema: {} }] }, ['invalid_requirement_key']],
    ['a string', 'x', ['invalid_requirement_type_structure']],
  ])('custom objects: %s', async (_, value, keys) => {
    expect(await errorsOf({ custom_objects: value })).toEqual(keys);
  });

  const chat = { chat: { chat_sidebar: 'https://example.org' } };
  test.each<[string, Record<string, unknown>, string[]]>([
    ['an app of Chat', { location: chat }, ['requirements_not_supported']],
    ['an app of Chat and Support', { location: { ...chat, support: { modal: 'https://example.org' } } }, []],
    [
      'an app for marketing',
      { marketingOnly: true, private: false, location: undefined, frameworkVersion: undefined },
      ['translation.missing_required_key', 'requirements_not_supported'],
    ],
  ])('%s', async (_, manifest, keys) => {
    expect(await errorsOf({}, manifest)).toEqual(keys);
  });
});
