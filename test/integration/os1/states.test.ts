import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../support/accounts.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { act, addVersion, dataOf, fieldsOf, goLive, refusal, register, versionPath } from '../../support/os1.ts';

const OF_DEVELOPERS = [
  'SUBMIT_FOR_TECH_REVIEW',
  'WITHDRAW_FROM_TECH_REVIEW',
  'SUBMIT_FOR_INTERNAL_PUBLISH_REVIEW',
  'SUBMIT_FOR_MARKETPLACE_PUBLISH_REVIEW',
];
const OF_REVIEWERS = [
  'DECLINE_TECH_REVIEW',
  'APPROVE_TECH_REVIEW',
  'APPROVE_INTERNAL_PUBLISH',
  'APPROVE_INTERNAL_PUBLISH_REVIEW',
  'APPROVE_MARKETPLACE_PUBLISH',
  'APPROVE_MARKETPLACE_PUBLISH_REVIEW',
  'DEPRECIATE',
];

describe('UpdateAppStates', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  let made = 0;
  const draft = (body: object = {}) => register(harness, { listingId: `app-${++made}`, ...body });
  const versionOf = async (id: string, as: Person = 'admin') => dataOf(await harness.request(versionPath(id), { as }));

  it.each([
    ['INTERNAL', 'APPROVE_INTERNAL_PUBLISH'],
    ['INTERNAL', 'APPROVE_INTERNAL_PUBLISH_REVIEW'],
    ['MARKETPLACE', 'APPROVE_MARKETPLACE_PUBLISH'],
    ['MARKETPLACE', 'APPROVE_MARKETPLACE_PUBLISH_REVIEW'],
  ])('leads through the %s review with %s from development to the end', async (review, approval) => {
    const { appVersionId } = await draft();
    const steps: [action: string, as: Person, state: string][] = [
      ['SUBMIT_FOR_TECH_REVIEW', 'admin', 'IN_TECH_REVIEW'],
      ['DECLINE_TECH_REVIEW', 'operator', 'DEVELOPMENT'],
      ['SUBMIT_FOR_TECH_REVIEW', 'admin', 'IN_TECH_REVIEW'],
      ['WITHDRAW_FROM_TECH_REVIEW', 'admin', 'DEVELOPMENT'],
      ['SUBMIT_FOR_TECH_REVIEW', 'admin', 'IN_TECH_REVIEW'],
      ['APPROVE_TECH_REVIEW', 'operator', 'READY_TO_PUBLISH'],
      [`SUBMIT_FOR_${review}_PUBLISH_REVIEW`, 'admin', `${review}_PUBLISH_REVIEW`],
      [approval, 'operator', 'LIVE'],
      ['DEPRECIATE', 'operator', 'DEPRECIATED'],
    ];
    for (const [action, as, state] of steps) {
      const { actions } = await versionOf(appVersionId);
      expect(actions).toContain(action.replace(/^(APPROVE_\w+_PUBLISH)_REVIEW$/, '$1'));
      expect((await dataOf(await act(harness, appVersionId, action, as))).state).toBe(state);
    }
    expect((await versionOf(appVersionId)).actions).toEqual([]);
  });

  it.each<[Person, string[]]>([
    ['agent', [...OF_DEVELOPERS, ...OF_REVIEWERS]],
    ['admin', OF_REVIEWERS],
    ['operator', OF_DEVELOPERS],
  ])('is 403 for %s with what is for others, and moves nothing', async (as, actions) => {
    const { appVersionId } = await draft();
    for (const action of actions) {
      const { code, description } = await refusal(await act(harness, appVersionId, action, as), 403);
      expect([code, description.startsWith(`${action} is for a `)]).toEqual(['forbidden', true]);
    }
    expect((await versionOf(appVersionId)).state).toBe('DEVELOPMENT');
  });

  it('is 409 where the table has no such step, and says what is possible', async () => {
    const { appVersionId } = await draft();
    const error = await refusal(await act(harness, appVersionId, 'DEPRECIATE', 'operator'), 409);
    expect(error).toMatchObject({
      code: 'wrong_state',
      description: expect.stringMatching(/is DEVELOPMENT, and possible now: SUBMIT_FOR_TECH_REVIEW\.$/),
    });
  });

  it.each([{}, { action: null }, { action: 'GO_LIVE' }, { action: ['DEPRECIATE'] }, { action: 'depreciate' }])(
    'is refused with 400 that names action: %j',
    async (json) => {
      const { appVersionId } = await draft();
      const path = `${versionPath(appVersionId)}/states`;
      expect(fieldsOf(await refusal(await harness.request(path, { method: 'PUT', json }), 400))).toEqual(['action']);
    },
  );

  it.each(['appversion:00000000-0000-4000-8000-000000000000', 'appversion:1', '1'])(
    'is 404 for the version %s, for a reviewer too',
    async (id) => {
      const ofDeveloper = await refusal(await act(harness, id, 'SUBMIT_FOR_TECH_REVIEW', 'admin'), 404);
      const ofReviewer = await refusal(await act(harness, id, 'APPROVE_TECH_REVIEW', 'operator'), 404);
      for (const { description } of [ofDeveloper, ofReviewer]) expect(description).toContain(`"${id}"`);
    },
  );

  it('is 403 for the admin of another account where the app is to be seen', async () => {
    const { appVersionId } = await draft({ visibility: { isPrivate: false } });
    await goLive(harness, appVersionId);
    const error = await refusal(await act(harness, appVersionId, 'SUBMIT_FOR_TECH_REVIEW', 'other'), 403);
    expect(error.description).toContain('of another organization');
  });

  it("lets a reviewer read every version, and nothing else that is an account's", async () => {
    const { appId, appVersionId } = await draft({ url: { gitInfo: 'https://git.example/x' } });
    expect(await versionOf(appVersionId, 'operator')).toEqual(await versionOf(appVersionId));
    const as = 'operator' as const;
    const refused = [
      harness.request('/developer/apps', { as }),
      harness.request(`/developer/apps/${appId}`, { as }),
      harness.request(versionPath(appVersionId), { as, method: 'PATCH', json: { displayName: 'x' } }),
      harness.request(versionPath(appVersionId), { as, method: 'DELETE' }),
      harness.request(`/developer/apps/${appId}/versions`, { as, method: 'POST', json: { version: '2.0.0' } }),
      harness.request('/developer/apps?organizationId=acme&teamId=t', { as, method: 'POST', json: {} }),
    ];
    for (const response of await Promise.all(refused)) await refusal(response, 403);
  });

  it('depreciates the version that was live when another one goes live', async () => {
    const { appId, appVersionId } = await draft();
    await goLive(harness, appVersionId);
    const next = await addVersion(harness, appId, { version: '2.0.0' });
    await goLive(harness, next.appVersionId);
    const app = await dataOf<{ versions: { state: string }[]; version: string }>(
      await harness.request(`/developer/apps/${appId}`),
    );
    expect([app.version, app.versions.map(({ state }) => state)]).toEqual(['2.0.0', ['DEPRECIATED', 'LIVE']]);
  });

  it('is written into the audit log of the account, with the operator as who did it', async () => {
    const { appVersionId } = await draft({ displayName: 'Reviewed' });
    await dataOf(await act(harness, appVersionId, 'SUBMIT_FOR_TECH_REVIEW', 'admin'));
    await dataOf(await act(harness, appVersionId, 'APPROVE_TECH_REVIEW', 'operator'));
    const { rows } = await harness.deps.db.query(
      `select account_id, actor_name, before ->> '1.0.0 state' as before, after ->> '1.0.0 state' as after
       from audit_entries where subject_name = 'Reviewed' and action = 'update' order by id`,
    );
    expect(rows).toEqual([
      { account_id: harness.accountId, actor_name: 'ada@acme.example', before: 'DEVELOPMENT', after: 'IN_TECH_REVIEW' },
      {
        account_id: harness.accountId,
        actor_name: expect.stringMatching(/^operator \(token \d+\)$/),
        before: 'IN_TECH_REVIEW',
        after: 'READY_TO_PUBLISH',
      },
    ]);
  });

  it('is taken once when many send it at the same time', async () => {
    const { appVersionId } = await draft();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => act(harness, appVersionId, 'SUBMIT_FOR_TECH_REVIEW', 'admin')),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409', '409', '409', '409']);
  });
});
