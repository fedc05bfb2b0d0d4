/** Where a version is in its life. The last one is spelled as the vendor spells it. */
export const states = [
  'DEVELOPMENT',
  'IN_TECH_REVIEW',
  'READY_TO_PUBLISH',
  'INTERNAL_PUBLISH_REVIEW',
  'MARKETPLACE_PUBLISH_REVIEW',
  'LIVE',
  'DEPRECIATED',
] as const;
export type State = (typeof states)[number];

/** Where other accounts see and install it. */
export const RELEASED_STATES: readonly State[] = ['LIVE'];

/** Who may do something: an account's agent, its admin, an operator. The last one is also the reviewer. */
export type Party = 'developer' | 'developer admin' | 'product admin';

interface Transition {
  from: State;
  to: State;
  by: Party;
}

const approveInternal = { from: 'INTERNAL_PUBLISH_REVIEW', to: 'LIVE', by: 'product admin' } as const;
const approveMarketplace = { from: 'MARKETPLACE_PUBLISH_REVIEW', to: 'LIVE', by: 'product admin' } as const;

/** The vendor's table of actions. Two of them are written in two ways in its pages. */
export const transitions = {
  SUBMIT_FOR_TECH_REVIEW: { from: 'DEVELOPMENT', to: 'IN_TECH_REVIEW', by: 'developer admin' },
  DECLINE_TECH_REVIEW: { from: 'IN_TECH_REVIEW', to: 'DEVELOPMENT', by: 'product admin' },
  WITHDRAW_FROM_TECH_REVIEW: { from: 'IN_TECH_REVIEW', to: 'DEVELOPMENT', by: 'developer admin' },
  APPROVE_TECH_REVIEW: { from: 'IN_TECH_REVIEW', to: 'READY_TO_PUBLISH', by: 'product admin' },
  SUBMIT_FOR_INTERNAL_PUBLISH_REVIEW: {
    from: 'READY_TO_PUBLISH',
    to: 'INTERNAL_PUBLISH_REVIEW',
    by: 'developer admin',
  },
  SUBMIT_FOR_MARKETPLACE_PUBLISH_REVIEW: {
    from: 'READY_TO_PUBLISH',
    to: 'MARKETPLACE_PUBLISH_REVIEW',
    by: 'developer admin',
  },
  APPROVE_INTERNAL_PUBLISH: approveInternal,
  APPROVE_INTERNAL_PUBLISH_REVIEW: approveInternal,
  APPROVE_MARKETPLACE_PUBLISH: approveMarketplace,
  APPROVE_MARKETPLACE_PUBLISH_REVIEW: approveMarketplace,
  DEPRECIATE: { from: 'LIVE', to: 'DEPRECIATED', by: 'product admin' },
} as const satisfies Record<string, Transition>;

export type Action = keyof typeof transitions;
export const actions = Object.keys(transitions) as Action[];

/** What is possible for a version in this state, whoever may do it; of two spellings the first. */
export const actionsFrom = (state: State): Action[] =>
  actions.filter(
    (action, i) =>
      transitions[action].from === state &&
      actions.findIndex((other) => transitions[other] === transitions[action]) === i,
  );

/** A phase has room for one version of an app. */
const phases: readonly (readonly State[])[] = [
  ['DEVELOPMENT'],
  ['IN_TECH_REVIEW'],
  ['READY_TO_PUBLISH'],
  ['INTERNAL_PUBLISH_REVIEW', 'MARKETPLACE_PUBLISH_REVIEW'],
];

/** States that together have room for one version; empty: for any number, or the newcomer takes the place. */
export const samePhase = (state: State): readonly State[] => phases.find((phase) => phase.includes(state)) ?? [];

const rank: Record<State, number> = Object.fromEntries(states.map((state, i) => [state, i])) as Record<State, number>;

/** Whether it has passed its technical review. */
export const isReady = (state: State): boolean => rank[state] >= rank.READY_TO_PUBLISH;
