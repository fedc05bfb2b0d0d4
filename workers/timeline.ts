import type { JobStep } from '../src/domain/job.ts';

/** What an attempt does, one step after the other. */
export interface Timeline {
  /** The step before ends with it. */
  begin: (step: string) => void;
  /** Of this attempt and those before it, the oldest first; the last one may be under way. */
  steps: () => JobStep[];
  /** As {@link steps}, with the last one ended. */
  finish: () => JobStep[];
}

/** Kept of a job: enough for every attempt of a usual one. Of an install with more requirements, the last ones. */
const MOST_STEPS = 200;

/** @param before the steps of earlier attempts. */
export const createTimeline = (before: readonly JobStep[], attempt: number): Timeline => {
  let steps = [...before];
  const end = (): string => {
    const at = new Date().toISOString();
    const last = steps.at(-1);
    if (last?.attempt === attempt && last.ended_at === null) steps = [...steps.slice(0, -1), { ...last, ended_at: at }];
    return at;
  };
  return {
    begin(step) {
      const at = end();
      steps = [...steps, { attempt, step, started_at: at, ended_at: null }].slice(-MOST_STEPS);
    },
    steps: () => steps,
    finish() {
      end();
      return steps;
    },
  };
};
