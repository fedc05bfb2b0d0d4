import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listTokens } from '../../../src/db/api-tokens.ts';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { removeEndedLogins } from '../../../src/use-cases/collect/remove-ended-logins.ts';
import { emails } from '../../support/accounts.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  askTokens,
  codeFor,
  logIn,
  newAttempt,
  refreshBody,
  tokensOf,
  type Tokens,
} from '../../support/oauth-login.ts';

const DAY_S = 86_400;

describe('what is left of logins', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from oauth_grants');
  });

  /** Lets time pass for every login that there is. */
  const age = async (days: number): Promise<void> => {
    for (const [table, columns] of [
      ['oauth_grants', ['created_at', 'revoked_at']],
      ['oauth_codes', ['expires_at', 'used_at']],
      ['oauth_refresh_tokens', ['created_at', 'expires_at', 'rotated_at']],
      ['api_tokens', ['expires_at', 'revoked_at']],
    ] as const)
      for (const column of columns)
        await harness.deps.db.query(`update ${table} set ${column} = ${column} - make_interval(secs => $1)`, [
          days * DAY_S,
        ]);
  };
  const counts = async (): Promise<number[]> => {
    const { rows } = await harness.deps.db.query<{ counts: number[] }>(
      `select array[(select count(*)::int from oauth_grants), (select count(*)::int from oauth_codes),
         (select count(*)::int from oauth_refresh_tokens),
         (select count(*)::int from api_tokens where grant_id is not null)] as counts`,
    );
    return rows[0]!.counts;
  };
  const refresh = async ({ refresh_token }: Tokens): Promise<Tokens> =>
    tokensOf(await askTokens(harness, refreshBody(refresh_token)));
  const revoke = ({ refresh_token }: Tokens): Promise<Response> =>
    harness.request('/oauth/revoke', { as: null, method: 'POST', json: { token: refresh_token } });

  it('is removed a month after a revocation, in batches, and what goes on stays', async () => {
    for (let number = 0; number < 5; number += 1) await revoke(await refresh(await logIn(harness)));
    await age(29);
    const alive = await logIn(harness);
    await removeEndedLogins(harness.deps, { most: Infinity });
    expect(await counts()).toEqual([6, 1, 11, 11]);
    await age(1.1);
    await removeEndedLogins(harness.deps, { most: Infinity }, 2);
    expect(await counts()).toEqual([1, 0, 1, 1]);
    await refresh(alive);
  });

  it('is removed a month after the last thing it was given has expired', async () => {
    await logIn(harness);
    await codeFor(harness, newAttempt());
    await age(31);
    await removeEndedLogins(harness.deps, { most: Infinity });
    // The code of the second one was never exchanged. The refresh token of the first one expired a day ago.
    expect(await counts()).toEqual([1, 0, 1, 0]);
    await age(28);
    await removeEndedLogins(harness.deps, { most: Infinity });
    expect(await counts()).toEqual([1, 0, 1, 0]);
    await age(1.1);
    await removeEndedLogins(harness.deps, { most: Infinity });
    expect(await counts()).toEqual([0, 0, 0, 0]);
  });

  it('leaves API tokens alone that somebody made, however long they are of no use', async () => {
    const { id } = await createToken(harness.deps, { email: emails.admin, label: 'old', expiresAt: new Date() });
    await age(400);
    await removeEndedLogins(harness.deps, { most: Infinity });
    const tokens = await listTokens(harness.deps.db, 100);
    expect(tokens.map((token) => token.id)).toContain(id);
  });

  it('does not hide the newest tokens from the list', async () => {
    const { id } = await createToken(harness.deps, { email: emails.admin, label: 'newest', expiresAt: null });
    expect(await listTokens(harness.deps.db, 1)).toMatchObject([{ id, label: 'newest' }]);
  });
});
