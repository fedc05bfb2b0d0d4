import { describe, expect, test } from 'vitest';
import { findKeys, manifestWith, packageFiles } from '../../support/package-files.ts';

const find = (parameters: unknown, switches = {}) =>
  findKeys(packageFiles({ 'manifest.json': manifestWith({ parameters }) }), switches);

describe('parameters', () => {
  test.each<[string, unknown, string[]]>([
    ['none', null, []],
    ['an empty list', [], []],
    ['a string', 'x', ['unacceptable_array', 'parameters_not_an_array']],
    ['an object', {}, ['unacceptable_array', 'parameters_not_an_array']],
    ['an element that is a string', ['x'], ['unacceptable_hash']],
    ['names with blanks and dots', [{ name: 'a b.c' }], []],
    ['an empty name', [{ name: '' }], []],
    ['no name', [{}], ['invalid_parameter_name']],
    ['a number as name', [{ name: 5 }], ['invalid_parameter_name']],
    ['a name that is not safe', [{ name: '__proto__' }], ['invalid_parameter_name']],
    ['a name twice', [{ name: 'a' }, { name: 'a', secure: 'x' }], ['duplicate_parameters']],
    ['no name twice', [{}, {}], ['duplicate_parameters']],
    ['the reserved name', [{ name: 'name' }], ['name_as_parameter_name']],
    ['required in quotes', [{ name: 'a', required: 'yes', secure: 'yes' }], ['unacceptable_boolean']],
    ['secure in quotes', [{ name: 'a', secure: 'yes', scopes: ['url'] }], ['unacceptable_boolean']],
    ['null where there is a default', [{ name: 'a', required: null, secure: null, type: null }], []],
    ['hidden and required', [{ name: 'a', type: 'hidden', required: true }], ['invalid_hidden_parameter']],
    [
      'types that do not exist',
      [
        { name: 'a', type: 'password' },
        { name: 'b', type: 5 },
      ],
      ['invalid_type_parameter'],
    ],
    ['mtls, unless switched on', [{ name: 'a', type: 'mtls' }], ['invalid_type_parameter']],
    ['a default of another type', [{ name: 'a', type: 'number', default: 'x' }], []],
    [
      'two of type oauth',
      [
        { name: 'a', type: 'oauth' },
        { name: 'b', type: 'oauth' },
      ],
      ['too_many_oauth_parameters'],
    ],
    ['a secure one of type oauth', [{ name: 'a', type: 'oauth', secure: true }], ['oauth_parameter_cannot_be_secure']],
    ['scopes without secure', [{ name: 'a', scopes: ['header'] }], ['field_requires_secure_parameter']],
    ['scopes that are no list', [{ name: 'a', secure: true, scopes: 'header' }], ['unacceptable_array']],
    ['scopes that are empty', [{ name: 'a', secure: true, scopes: [] }], ['field_cannot_be_empty']],
    ['scopes that do not exist', [{ name: 'a', secure: true, scopes: ['moon', 1] }], ['field_contains_invalid_values']],
  ])('%s', async (_, parameters, keys) => {
    expect((await find(parameters)).errors).toEqual(keys);
  });
});

describe('client certificates', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['for a domain', { allowed_domain: 'api.example.com' }, []],
    ['for all below a domain', { allowed_domain: '*.example.com', required: true }, []],
    ['for an address', { allowed_domain: '10.0.0.1' }, []],
    ['for a domain with a dot behind', { allowed_domain: 'example.com.' }, []],
    ['for nothing', {}, ['field_cannot_be_empty']],
    ['for an empty domain', { allowed_domain: '' }, ['field_cannot_be_empty']],
    ['for a number', { allowed_domain: 5 }, ['unacceptable_string']],
    ['for a url', { allowed_domain: 'https://example.com' }, ['mtls_allowed_domain_contains_scheme']],
    ['for a star in the middle', { allowed_domain: 'a.*.com' }, ['mtls_allowed_domain_invalid_wildcard']],
    ['for too much', { allowed_domain: `${'a'.repeat(250)}.com` }, ['mtls_allowed_domain_too_long']],
    ['for everything', { allowed_domain: '*.com' }, ['mtls_allowed_domain_invalid_format']],
    ['for one label', { allowed_domain: 'localhost' }, ['mtls_allowed_domain_invalid_format']],
    ['for a port', { allowed_domain: 'a.com:443' }, ['mtls_allowed_domain_invalid_format']],
    ['for an underscore', { allowed_domain: 'a_b.com' }, ['mtls_allowed_domain_invalid_format']],
    ['for a hyphen in front', { allowed_domain: '-a.com' }, ['mtls_allowed_domain_invalid_format']],
    ['for two lines', { allowed_domain: 'a.com\nb.com' }, ['mtls_allowed_domain_invalid_format']],
    ['that are secure', { allowed_domain: 'a.com', secure: true }, ['mtls_parameter_cannot_have_certain_settings']],
    ['with a default', { allowed_domain: 'a.com', default: null }, ['mtls_parameter_cannot_have_certain_settings']],
  ])('%s', async (_, options, keys) => {
    expect((await find([{ name: 'c', type: 'mtls', ...options }], { mtls: true })).errors).toEqual(keys);
  });

  test('three are enough', async () => {
    const some = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ name: `c${i}`, type: 'mtls', allowed_domain: 'a.com' }));
    expect((await find(some(3), { mtls: true })).errors).toEqual([]);
    expect((await find(some(4), { mtls: true })).errors).toEqual(['too_many_mtls_parameters']);
  });
});

describe('warnings', () => {
  test.each<[string, unknown, string[]]>([
    ['a name like a secret', [{ name: 'apiPwd' }, { name: 'pwd' }], ['warning.parameter_should_be_secure']],
    ['a name like a secret that is secure', [{ name: 'a_key', secure: true, scopes: ['header'] }], []],
    ['a default of a hidden one', [{ name: 'a', type: 'hidden', default: 'x' }], ['warning.secret_with_default']],
    ['a secure one without scopes', [{ name: 'a', secure: true }], ['warning.secure_parameter_without_scopes']],
  ])('%s', async (_, parameters, keys) => {
    expect(await find(parameters)).toEqual({ errors: [], warnings: keys });
  });
});
