import type { Options } from './options.ts';

/** How long the parts of a run may take, in milliseconds. */
export interface Pace {
  /** Every kind of fault once, and no longer; otherwise until everything was asked for. */
  once: boolean;
  /** In any case no longer than this. */
  faultsMs: number;
  /** Between two faults of a store, at least and at most. */
  gapMs: readonly [number, number];
  /** Of one attempt of a job, the system's own setting. */
  deadlineMs: number;
  /** From the last fault until every job must have ended. */
  restMs: number;
  /** Until a client gives a request up that nobody answers. */
  clientMs: number;
  /** Chains of upload, build and installs that are under way at the same time. */
  atOnce: number;
}

const ATTEMPTS = 5;
const DEADLINE_MS = 20_000;

/** The bound of the system's promise: attempts x deadline plus a minute; the place in the queue is gone by then. */
const BOUND_MS = ATTEMPTS * DEADLINE_MS + 60_000;

const full: Pace = {
  once: false,
  faultsMs: 900_000,
  gapMs: [1_000, 6_000],
  deadlineMs: DEADLINE_MS,
  restMs: BOUND_MS,
  clientMs: 90_000,
  atOnce: 80,
};

/**
 * Together with set-up, collection and checks under 50 s on two cores: it is at rest long before it must be. A bound that is
 * stricter than the promise, which is minutes.
 */
const quick: Pace = {
  ...full,
  once: true,
  faultsMs: 30_000,
  gapMs: [200, 700],
  restMs: 45_000,
  clientMs: 25_000,
  atOnce: 40,
};

export const paceOf = (options: Pick<Options, 'quick'>): Pace => (options.quick ? quick : full);
