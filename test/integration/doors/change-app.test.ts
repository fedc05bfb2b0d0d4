import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listVersionOutlines, withAttributesOf } from '../../../src/db/catalogue-versions.ts';
import { changeApp, type ChangeAppInput } from '../../../src/use-cases/catalogue/change-app.ts';
import { registerApp } from '../../../src/use-cases/catalogue/register-app.ts';
import { createHarness, type Harness } from '../../support/harness.ts';

const actor = { userId: null, name: 'test', ip: null };

describe('changeApp', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  it('replaces the attributes of versions only where they were read', async () => {
    const { accountId, deps } = harness;
    const attributes = { kept: 'yes' };
    const { id } = await registerApp(deps, {
      actor,
      app: {
        accountId,
        kind: 'sixth',
        key: 'one',
        externalId: null,
        name: 'One',
        visibility: 'private',
        attributes: {},
      },
      version: { version: '1', externalId: null, state: null, attributes, parameters: [], requirements: [] },
      describe: () => ({}),
    });
    const add: Omit<ChangeAppInput, 'readVersions'> = {
      actor,
      ref: { accountId, kind: 'sixth', by: 'id', value: id },
      describe: () => ({}),
      decide: (_app, versions) => ({
        versions: versions.map((one) => ({ id: one.id, attributes: { ...one.attributes, added: 'yes' } })),
      }),
    };
    await expect(changeApp(deps, add)).rejects.toThrow('without being read');
    await changeApp(deps, {
      ...add,
      readVersions: async (tx) => {
        const versions = await listVersionOutlines(tx, id);
        return withAttributesOf(tx, id, { versions, ids: versions.map((one) => one.id) });
      },
    });
    const { rows } = await deps.db.query('select attributes from app_versions where app_id = $1', [id]);
    expect(rows).toEqual([{ attributes: { kept: 'yes', added: 'yes' } }]);
  });
});
