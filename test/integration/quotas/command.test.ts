import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { quotaCommand, type QuotaOptions } from '../../../src/cli/quota.ts';
import { createHarness, type Harness } from '../../support/harness.ts';

describe('appyard account quota', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { QUOTA_APPS: '7' } });
  });
  afterAll(() => harness.close());

  const run = async (options: QuotaOptions = {}, account = 'acme'): Promise<string> => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await quotaCommand(harness.deps.config, account, options);
      return written.mock.calls.map(([text]) => String(text)).join('');
    } finally {
      written.mockRestore();
    }
  };

  it('says how an account stands, and sets, lifts and gives back its quotas', async () => {
    const records =
      'policies       0 of 1000\nenvironments   0 of 1000\nroles          0 of 10000\nrecords        0 of 10000\nclients        0 of 100\n' +
      'tokens         2 of 1000\nsessions       0 of 10000\n';
    expect(await run()).toBe(
      'packages       0, no limit\nbytes          0, no limit\napps           0 of 7\ninstallations  0, no limit\n' +
        records,
    );
    expect(await run({ packages: '3', bytes: '0', unlimit: ['apps', 'roles'] })).toBe(
      'packages       0 of 3 (set for this account)\nbytes          0 of 0 (set for this account)\n' +
        'apps           0, no limit (set for this account)\ninstallations  0, no limit\n' +
        records.replace('0 of 10000\nrecords', '0, no limit (set for this account)\nrecords'),
    );
    const states = JSON.parse(await run({ usual: ['apps', 'bytes'], json: true })) as unknown[];
    expect(states.slice(0, 4)).toEqual([
      { name: 'packages', used: 0, allowed: 3, own: true },
      { name: 'bytes', used: 0, allowed: null, own: false },
      { name: 'apps', used: 0, allowed: 7, own: false },
      { name: 'installations', used: 0, allowed: null, own: false },
    ]);
    expect(await run({}, 'other')).toContain('packages       0, no limit\n');
  });

  it('refuses what is no number, what contradicts itself, and an account that is not there', async () => {
    const refusalOf = (options: QuotaOptions, account?: string) => run(options, account).catch(String);
    expect(await refusalOf({ apps: '-1' })).toBe('Error: --apps must be a whole number from 0.');
    expect(await refusalOf({ bytes: '1GB' })).toBe('Error: --bytes must be a whole number from 0.');
    expect(await refusalOf({ apps: '1', unlimit: ['apps'] })).toBe('Error: say of apps one thing only.');
    expect(await refusalOf({}, 'nobody')).toContain('there is no account "nobody"');
    expect(await run()).toContain('bytes          0, no limit\napps           0 of 7\n');
  });
});
