import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../src/errors.ts';
import { applyOperations } from '../../../src/http/dialects/kontent/apply-operations.ts';
import type { CustomApp } from '../../../src/http/dialects/kontent/custom-app.ts';
import { operations, type Operation } from '../../../src/http/dialects/kontent/operations.ts';
import { createRoleBook } from '../../../src/http/dialects/kontent/role-references.ts';

const roleIds = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
const book = createRoleBook(roleIds.map((id, i) => ({ id, codename: `role_${i}`, name: `Role ${i}` })));
const app: CustomApp = {
  name: 'App',
  codename: 'app',
  source_url: 'https://a.example',
  config: '{}',
  allowed_roles: [roleIds[0]!],
  display_mode: 'fullScreen',
};

describe('operations on a custom app', () => {
  const apply = (...steps: unknown[]): CustomApp => applyOperations(app, operations.parse(steps), book);
  const faultsOf = (steps: Operation[]): unknown => {
    try {
      applyOperations(app, steps, book);
    } catch (err) {
      if (err instanceof InvalidRequestError) return err.details;
      throw err;
    }
    return undefined;
  };
  const roles = (op: string, ...codenames: string[]) => ({
    op,
    property_name: 'allowed_roles',
    value: codenames.map((codename) => ({ codename })),
  });

  it('leave what they are applied to as it is', () => {
    const before = structuredClone(app);
    apply(
      { op: 'replace', property_name: 'name', value: 'New' },
      roles('addInto', 'role_1'),
      roles('remove', 'role_0'),
    );
    expect(app).toEqual(before);
  });

  it('add, remove and replace roles one after the other, each kept once and in its place', () => {
    const steps = [roles('addInto', 'role_2', 'role_1'), roles('remove', 'role_2'), roles('addInto', 'role_0')];
    expect(apply(...steps).allowed_roles).toEqual([roleIds[0], roleIds[1]]);
    expect(apply(...steps, roles('replace', 'role_2')).allowed_roles).toEqual([roleIds[2]]);
    expect(apply(roles('replace')).allowed_roles).toEqual([]);
  });

  it('are judged by what they lead to, and the last step that set a text is named', () => {
    const long: Operation = { op: 'replace', property: 'codename', value: 'c'.repeat(61) };
    const good: Operation = { op: 'replace', property: 'codename', value: 'good' };
    expect(faultsOf([long, good])).toBeUndefined();
    expect(faultsOf([good, long])).toEqual({ '1.value': [expect.stringContaining('60')] });
    expect(faultsOf([long, long, { op: 'replace', property: 'name', value: '' }])).toEqual({
      '1.value': [expect.stringContaining('60')],
      '2.value': [expect.stringContaining('empty')],
    });
  });

  it('need every role to be there, also one that a later step takes away', () => {
    const steps = operations.parse([roles('addInto', 'role_1', 'nobody'), roles('replace', 'role_0')]);
    expect(faultsOf(steps)).toEqual({ '0.value.1.codename': [expect.stringContaining('"nobody"')] });
  });

  it('are known by their property in any letter case', () => {
    expect(apply({ op: 'replace', property_name: 'Config' }).config).toBeNull();
    expect(apply({ op: 'replace', property_name: 'SOURCE_URL', value: 'http://b.example' }).source_url).toBe(
      'http://b.example',
    );
  });
});
