import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';
import { findKeys, packageFiles } from '../../support/package-files.ts';

const object = (key: unknown) => ({ key, title: 'a', title_pluralized: 'as', include_in_list_view: true });
const field = (key: unknown, more: Record<string, unknown> = {}) => ({
  key,
  title: 'f',
  type: 'text',
  object_key: 'a',
  ...more,
});
const condition = { field: 'a', operator: 'is', value: 'b' };
const trigger = (key: unknown, more: Record<string, unknown> = {}) => ({
  key,
  title: 't',
  object_key: 'a',
  actions: [{ field: 'a', value: 'b' }],
  conditions: { all: [condition] },
  ...more,
});
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const errorsOf = async (value: unknown): Promise<string[]> =>
  (await findKeys(packageFiles({ 'requirements.json': { custom_objects_v2: value } }))).errors;

const withA = (more: Record<string, unknown>) => ({ objects: [object('a')], ...more });

describe('structure', () => {
  test.each<[string, unknown, string[]]>([
    ['null', null, ['invalid_cov2_requirements_structure_v2']],
    ['a list', [], ['invalid_cov2_requirements_structure_v2']],
    ['an empty object', {}, ['empty_cov2_requirements']],
    ['three empty lists', { objects: [], object_fields: [], object_triggers: [] }, ['empty_cov2_requirements']],
    ['two empty lists', { objects: [], object_fields: [] }, []],
    ['lists that are null', withA({ object_fields: null }), []],
    ['elements that are no objects', { objects: ['x', 5, null], object_fields: ['x'], object_triggers: [1] }, []],
    [
      'lists that are objects',
      { objects: {}, object_fields: 1, object_triggers: '' },
      [
        'invalid_objects_structure_in_cov2_requirements_v2',
        'invalid_object_fields_structure_in_cov2_requirements_v2',
        'invalid_object_triggers_structure_in_cov2_requirements_v2',
      ],
    ],
  ])('%s', async (_, value, keys) => {
    expect(await errorsOf(value)).toEqual(keys);
  });

  test('more than a mebibyte', async () => {
    const value = { custom_objects_v2: withA({ description: 'x'.repeat(1024 * 1024) }) };
    const options = { switches: defaultSwitches, limits: { ...defaultLimits, maxJsonBytes: 2 * 1024 * 1024 } };
    const { errors } = await checkPackage(packageFiles({ 'requirements.json': value }), options);
    expect(errors.map(({ key }) => key)).toEqual(['excessive_cov2_payload_size']);
  });
});

describe('limits', () => {
  const options = (count: number) => times(count, () => ({}));
  test.each<[string, unknown, string[]]>([
    ['50 objects', { objects: times(50, (i) => object(`o${i}`)) }, []],
    ['51 objects', { objects: times(51, (i) => object(`o${i}`)) }, ['excessive_custom_objects_v2_requirements']],
    ['20 fields', withA({ object_fields: times(20, (i) => field(`f${i}`)) }), []],
    ['21 fields', withA({ object_fields: times(21, (i) => field(`f${i}`)) }), ['excessive_custom_objects_v2_fields']],
    [
      'six dropdowns',
      withA({ object_fields: times(6, (i) => field(`f${i}`, { type: 'dropdown' })) }),
      ['excessive_cov2_selection_fields_per_object'],
    ],
    [
      'three dropdowns and three lists',
      withA({ object_fields: times(6, (i) => field(`f${i}`, { type: i < 3 ? 'dropdown' : 'multiselect' })) }),
      [],
    ],
    [
      '11 options',
      withA({ object_fields: [field('f', { type: 'multiselect', custom_field_options: options(11) })] }),
      ['excessive_cov2_field_options'],
    ],
    ['11 options of a text', withA({ object_fields: [field('f', { custom_field_options: options(11) })] }), []],
    [
      '20 conditions of a filter',
      withA({
        object_fields: [field('f', { relationship_filter: { all: options(10), any: options(10), other: options(9) } })],
      }),
      [],
    ],
    [
      '21 conditions of a filter',
      withA({ object_fields: [field('f', { relationship_filter: { all: options(10), any: options(11) } })] }),
      ['excessive_cov2_relationship_filter_conditions'],
    ],
    [
      '11 triggers',
      withA({ object_triggers: times(11, (i) => trigger(`t${i}`)) }),
      ['excessive_custom_objects_v2_triggers'],
    ],
    [
      '51 conditions',
      withA({ object_triggers: [trigger('t', { conditions: { all: options(26), any: options(25) } })] }),
      ['excessive_custom_objects_v2_trigger_conditions_v2'],
    ],
    [
      '26 actions',
      withA({ object_triggers: [trigger('t', { actions: options(26) })] }),
      ['excessive_custom_objects_v2_trigger_actions_v2'],
    ],
  ])('%s', async (_, value, keys) => {
    expect(await errorsOf(value)).toEqual(keys);
  });
});

describe('schema', () => {
  test.each<[string, unknown, string[]]>([
    ['an object without anything', { objects: [{}] }, Array(4).fill('missing_cov2_object_schema_key')],
    ['a field without anything', withA({ object_fields: [{}] }), Array(4).fill('missing_cov2_field_schema_key')],
    [
      'a trigger without a title',
      withA({ object_triggers: [{ ...trigger('t'), title: undefined }] }),
      ['missing_cov2_trigger_schema_key_v2'],
    ],
    [
      'a trigger without conditions',
      withA({ object_triggers: [{ ...trigger('t'), conditions: undefined }] }),
      ['missing_cov2_trigger_schema_key_v2', 'invalid_cov2_trigger_conditions_structure_v2'],
    ],
    [
      'conditions with other keys',
      withA({ object_triggers: [trigger('t', { conditions: { all: [condition], none: [] } })] }),
      ['invalid_cov2_trigger_conditions_structure_v2'],
    ],
    [
      'no conditions',
      withA({ object_triggers: [trigger('t', { conditions: { any: [] } })] }),
      ['empty_cov2_trigger_conditions_v2'],
    ],
    [
      'actions that are null',
      withA({ object_triggers: [trigger('t', { actions: null })] }),
      ['invalid_cov2_trigger_actions_structure_v2'],
    ],
    ['no actions', withA({ object_triggers: [trigger('t', { actions: [] })] }), ['empty_cov2_trigger_actions_v2']],
    [
      'a setting',
      { objects: [{ ...object('a'), title: '{{ setting.my-title }}' }] },
      ['setting_placeholders_not_allowed_in_cov2_requirements'],
    ],
    ['another placeholder', { objects: [{ ...object('a'), title: '{{ticket.id}}' }] }, []],
    [
      'a field of another object',
      withA({ object_fields: [field('f', { object_key: 'b' })] }),
      ['invalid_cov2_object_reference_in_fields_v2'],
    ],
    [
      'a trigger of another object',
      withA({ object_triggers: [trigger('t', { object_key: 'b' })] }),
      ['invalid_cov2_object_reference_in_triggers_v2'],
    ],
    ['a key that is null', { objects: [object(null)] }, ['invalid_requirement_key']],
    ['an object twice', { objects: [object('a'), object('a')] }, ['duplicate_requirement_keys']],
    [
      'a field of the same key in another object',
      { objects: [object('a'), object('b')], object_fields: [field('f'), field('f', { object_key: 'b' })] },
      [],
    ],
  ])('%s', async (_, value, keys) => {
    expect(await errorsOf(value)).toEqual(keys);
  });
});
