import { describe, expect, it } from 'vitest';
import { decideMove } from '../../../src/http/dialects/os1/decide-move.ts';
import { actions, actionsFrom, isReady, states, transitions } from '../../../src/http/dialects/os1/lifecycle.ts';
import { buildApp, buildVersion } from './build-version.ts';

const move = (action: (typeof actions)[number], ...versions: ReturnType<typeof buildVersion>[]) =>
  decideMove('v2', action)(buildApp(versions), versions);

describe('the life of a version', () => {
  it('has the transitions of the contract, with who may make them', () => {
    expect(actions.map((action) => [action, ...Object.values(transitions[action])].join(' '))).toEqual([
      'SUBMIT_FOR_TECH_REVIEW DEVELOPMENT IN_TECH_REVIEW developer admin',
      'DECLINE_TECH_REVIEW IN_TECH_REVIEW DEVELOPMENT product admin',
      'WITHDRAW_FROM_TECH_REVIEW IN_TECH_REVIEW DEVELOPMENT developer admin',
      'APPROVE_TECH_REVIEW IN_TECH_REVIEW READY_TO_PUBLISH product admin',
      'SUBMIT_FOR_INTERNAL_PUBLISH_REVIEW READY_TO_PUBLISH INTERNAL_PUBLISH_REVIEW developer admin',
      'SUBMIT_FOR_MARKETPLACE_PUBLISH_REVIEW READY_TO_PUBLISH MARKETPLACE_PUBLISH_REVIEW developer admin',
      'APPROVE_INTERNAL_PUBLISH INTERNAL_PUBLISH_REVIEW LIVE product admin',
      'APPROVE_INTERNAL_PUBLISH_REVIEW INTERNAL_PUBLISH_REVIEW LIVE product admin',
      'APPROVE_MARKETPLACE_PUBLISH MARKETPLACE_PUBLISH_REVIEW LIVE product admin',
      'APPROVE_MARKETPLACE_PUBLISH_REVIEW MARKETPLACE_PUBLISH_REVIEW LIVE product admin',
      'DEPRECIATE LIVE DEPRECIATED product admin',
    ]);
  });

  it.each([
    ['DEVELOPMENT', 'SUBMIT_FOR_TECH_REVIEW'],
    ['IN_TECH_REVIEW', 'DECLINE_TECH_REVIEW WITHDRAW_FROM_TECH_REVIEW APPROVE_TECH_REVIEW'],
    ['READY_TO_PUBLISH', 'SUBMIT_FOR_INTERNAL_PUBLISH_REVIEW SUBMIT_FOR_MARKETPLACE_PUBLISH_REVIEW'],
    ['INTERNAL_PUBLISH_REVIEW', 'APPROVE_INTERNAL_PUBLISH'],
    ['MARKETPLACE_PUBLISH_REVIEW', 'APPROVE_MARKETPLACE_PUBLISH'],
    ['LIVE', 'DEPRECIATE'],
    ['DEPRECIATED', ''],
  ] as const)('offers from %s: %s', (state, possible) => {
    expect(actionsFrom(state).join(' ')).toBe(possible);
  });

  it('counts a version as ready from READY_TO_PUBLISH on', () => {
    expect(states.filter(isReady)).toEqual(states.slice(2));
  });

  const pairs = states.flatMap((state) => actions.map((action) => ({ state, action })));

  it.each(pairs.filter(({ state, action }) => transitions[action].from === state))(
    'moves a version that is $state with $action to its target',
    ({ state, action }) => {
      expect(move(action, buildVersion('2.0.0', state)).versions).toEqual([{ id: 2, state: transitions[action].to }]);
    },
  );

  it.each(pairs.filter(({ state, action }) => transitions[action].from !== state))(
    'refuses $action for a version that is $state, and says what is possible now',
    ({ state, action }) => {
      const possible = actionsFrom(state).join(', ') || 'nothing more';
      expect(() => move(action, buildVersion('2.0.0', state))).toThrow(
        expect.objectContaining({ status: 409, code: 'wrong_state', message: expect.stringContaining(possible) }),
      );
    },
  );

  it.each([
    ['SUBMIT_FOR_TECH_REVIEW', 'DEVELOPMENT', 'IN_TECH_REVIEW'],
    ['APPROVE_TECH_REVIEW', 'IN_TECH_REVIEW', 'READY_TO_PUBLISH'],
    ['SUBMIT_FOR_INTERNAL_PUBLISH_REVIEW', 'READY_TO_PUBLISH', 'MARKETPLACE_PUBLISH_REVIEW'],
    ['SUBMIT_FOR_MARKETPLACE_PUBLISH_REVIEW', 'READY_TO_PUBLISH', 'INTERNAL_PUBLISH_REVIEW'],
  ] as const)('refuses %s while another version is where it leads', (action, state, taken) => {
    const versions = [buildVersion('1.0.0', taken), buildVersion('2.0.0', state)];
    expect(() => move(action, ...versions)).toThrow(
      expect.objectContaining({ status: 409, code: 'phase_taken', message: expect.stringContaining('Version 1.0.0') }),
    );
  });

  it.each(['DECLINE_TECH_REVIEW', 'WITHDRAW_FROM_TECH_REVIEW'] as const)(
    'lets %s end a review also when another version is in development',
    (action) => {
      const versions = [buildVersion('2.0.0', 'IN_TECH_REVIEW'), buildVersion('3.0.0', 'DEVELOPMENT')];
      expect(move(action, ...versions)).toEqual({ versions: [{ id: 2, state: 'DEVELOPMENT' }] });
    },
  );

  it('makes a version that goes live the current one, and depreciates the one before', () => {
    const versions = [
      buildVersion('1.0.0', 'LIVE'),
      buildVersion('2.0.0', 'INTERNAL_PUBLISH_REVIEW', { displayName: 'Two' }),
    ];
    expect(move('APPROVE_INTERNAL_PUBLISH', ...versions)).toEqual({
      app: { name: 'Two', visibility: 'private', visibleTo: null, hiddenFrom: null },
      versions: [
        { id: 1, state: 'DEPRECIATED' },
        { id: 2, state: 'LIVE' },
      ],
      current: 2,
    });
  });

  it('takes an app back from all others when its live version is depreciated', () => {
    expect(move('DEPRECIATE', buildVersion('2.0.0', 'LIVE', { visibility: { isPrivate: false } }))).toEqual({
      app: { visibility: 'private', visibleTo: null, hiddenFrom: null },
      versions: [{ id: 2, state: 'DEPRECIATED' }],
    });
  });

  it('is 404 for a version that is gone', () => {
    expect(() => move('DEPRECIATE', buildVersion('3.0.0', 'LIVE'))).toThrow(expect.objectContaining({ status: 404 }));
  });
});
