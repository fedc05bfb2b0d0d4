import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.ts';
import { createPrograms, type Programs } from '../support/program.ts';

describe('the commands of an operator for users and accounts', () => {
  let harness: Harness;
  let programs: Programs;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    programs = createPrograms(harness.env);
  });
  afterAll(async () => {
    await programs.close();
    await harness.close();
  });

  it('work as the documents show them', async () => {
    const steps: [string, string, RegExp][] = [
      ['account create new', '', /new/],
      ['user create eva@new.example --account new --role agent', '', /eva@new\.example/],
      ['user list --account new', '', /new\teva@new\.example\tagent\tenabled\tno/],
      ['user role eva@new.example --set admin', '', /has the role admin/],
      ['user password eva@new.example --password-stdin', 'correct horse\n', /has a new password/],
      ['user password eva@new.example --none', '', /has no password/],
      ['user disable eva@new.example', '', /is disabled/],
      ['user enable eva@new.example', '', /is enabled/],
      ['user remove eva@new.example', '', /is removed/],
      ['account suspend new', '', /is suspended/],
      ['account list', '', /new\tsuspended\t0\t0\t0/],
      ['account resume new', '', /is active/],
      ['account suspend new', '', /is suspended/],
      ['account remove new --confirm new', '', /is removed/],
    ];
    for (const [words, input, says] of steps) {
      const { code, stdout, stderr } = await programs.run(words.split(' '), input);
      expect([words, code, stderr]).toEqual([words, 0, '']);
      expect(stdout).toMatch(says);
    }
    const wrong = await programs.run(['user', 'role', 'eva@new.example', '--set', 'owner']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Allowed choices are admin, agent')]);
  }, 300_000);
});
