/** What a job does: `build` turns an upload into a version of an app, `install` provisions what an app requires. */
export type JobKind = 'build' | 'install';

/**
 * queued -> working -> completed | failed | killed. A job whose attempt broke off is queued again.
 * `failed` is what the system says, `killed` what a person said.
 */
export type JobState = 'queued' | 'working' | 'completed' | 'failed' | 'killed';

/** How far a job is, for the person who watches it: `progress` steps of `total`. */
export interface JobFigures {
  progress: number;
  total: number;
  message: string;
}

/** What a poll is answered with, whichever store knew it. */
export interface JobStatus extends JobFigures {
  id: string;
  kind: JobKind;
  state: JobState;
  appId: number | null;
  installationId: number | null;
}

/** What a queue must know of a job: ids only. The row is the truth. */
export interface JobRef {
  id: string;
  accountId: number;
  kind: JobKind;
  appId: number | null;
  installationId: number | null;
}

/** A job for the queue. */
export interface JobToQueue extends JobRef {
  /** Steps, as the row has them, for polls before its turn; left out: they are shown as one. */
  total?: number | undefined;
}

export type SettledState = Extract<JobState, 'completed' | 'failed' | 'killed'>;

export const isSettled = (state: JobState): state is SettledState =>
  state === 'completed' || state === 'failed' || state === 'killed';

/** Progress never falls: a new attempt starts its count anew but shows the old figure until it is past it. */
export const advance = (shown: JobFigures, reached: JobFigures): JobFigures => {
  const total = Math.max(shown.total, reached.total);
  return { total, progress: Math.min(total, Math.max(shown.progress, reached.progress)), message: reached.message };
};

/** In the form of the vendor's example: `Completed at 2013-05-06 15:02:40 +1000`; always in UTC here. */
export const completedMessage = (at: Date): string =>
  `Completed at ${at.toISOString().slice(0, 19).replace('T', ' ')} +0000`;
