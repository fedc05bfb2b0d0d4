import { describe, expect, it } from 'vitest';
import { decideNewVersion } from '../../../src/http/dialects/os1/decide-new-version.ts';
import { states } from '../../../src/http/dialects/os1/lifecycle.ts';
import { buildApp, buildVersion } from './build-version.ts';

const ID = 'appversion:00000000-0000-4000-8000-000000000002';
const add = (body: { version: string; parentVersion?: string }, ...versions: ReturnType<typeof buildVersion>[]) =>
  decideNewVersion('new', body)(buildApp(versions), versions);

describe('a further version', () => {
  it('begins in development as a copy of its parent', () => {
    const parent = buildVersion('1.0.0', 'READY_TO_PUBLISH', { displayName: 'One' });
    expect(add({ version: '1.0.1' }, parent).addVersion).toEqual({
      version: '1.0.1',
      externalId: 'new',
      state: 'DEVELOPMENT',
      attributes: parent.attributes,
      parameters: [],
      requirements: [],
    });
  });

  it.each(states.slice(0, 2))('is refused while the only one is %s', (state) => {
    expect(() => add({ version: '2.0.0' }, buildVersion('1.0.0', state))).toThrow(
      expect.objectContaining({ status: 409, code: 'not_ready' }),
    );
  });

  it.each(states.slice(2))('is possible once there is one that is %s', (state) => {
    expect(add({ version: '2.0.0' }, buildVersion('1.0.0', state)).addVersion?.version).toBe('2.0.0');
  });

  it('is refused while another one is in development', () => {
    const versions = [buildVersion('1.0.0', 'LIVE'), buildVersion('2.0.0', 'DEVELOPMENT')];
    expect(() => add({ version: '3.0.0' }, ...versions)).toThrow(
      expect.objectContaining({ status: 409, code: 'phase_taken' }),
    );
  });

  it.each(['2.0.0', '1.9.9', '2.0.0-beta', '2.0.0+build'])('must be greater than all there are: not %s', (version) => {
    const versions = [buildVersion('2.0.0', 'LIVE'), buildVersion('1.0.0', 'DEPRECIATED')];
    expect(() => add({ version }, ...versions)).toThrow(
      expect.objectContaining({
        status: 422,
        details: { version: ['must be greater than 2.0.0, the greatest one there is'] },
      }),
    );
  });

  it('has the parent that is named by its number or its id, otherwise the last one that is ready', () => {
    const versions = [
      buildVersion('1.0.0', 'DEPRECIATED', { displayName: 'One' }),
      { ...buildVersion('2.0.0', 'LIVE', { displayName: 'Two' }), externalId: ID },
      buildVersion('3.0.0', 'IN_TECH_REVIEW', { displayName: 'Three' }),
    ];
    const nameOf = (parent: object) =>
      add({ version: '4.0.0', ...parent }, ...versions).addVersion?.attributes['displayName'];
    const parents = [
      { parentVersion: '1.0.0' },
      { parentVersion: ID.toUpperCase().replace('APPVERSION', 'appversion') },
      {},
    ];
    expect(parents.map(nameOf)).toEqual(['One', 'Two', 'Two']);
  });

  it.each(['9.9.9', 'v2', '', 'appversion:00000000-0000-4000-8000-000000000009'])(
    'is refused with a parent that is none, and names the field: "%s"',
    (parentVersion) => {
      const run = () => add({ version: '4.0.0', parentVersion }, buildVersion('1.0.0', 'LIVE'));
      expect(run).toThrow(expect.objectContaining({ details: { parentVersion: ['is no version of this app'] } }));
    },
  );
});
