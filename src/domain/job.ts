import { onOneLine } from './one-line.ts';

/** What a job does: `build` turns an upload into a version of an app, `install` provisions what an app requires. */
export const jobKinds = ['build', 'install'] as const;
export type JobKind = (typeof jobKinds)[number];

/**
 * queued -> working -> completed | failed | killed. A job whose attempt broke off is queued again.
 * `failed` is what the system says, `killed` what a person said.
 */
export const jobStates = ['queued', 'working', 'completed', 'failed', 'killed'] as const;
export type JobState = (typeof jobStates)[number];

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
  /** How far it was when it was queued again; left out: at the beginning. */
  progress?: number;
  /** How many jobs of its account stand before it: those of other accounts that have fewer go first. Left out: none. */
  place?: number;
  /** It was in the queue before, and may have left something there. */
  again?: boolean;
  /** The trace that it is a part of, as a W3C `traceparent`. Null or left out: none that is there already. */
  traceParent?: string | null;
}

/** Something that an attempt did. Times are in ISO 8601. */
export interface JobStep {
  attempt: number;
  step: string;
  started_at: string;
  /** Null: it is under way, or its worker never said that it was done. */
  ended_at: string | null;
}

export type SettledState = Extract<JobState, 'completed' | 'failed' | 'killed'>;

export const isSettled = (state: JobState): state is SettledState =>
  state === 'completed' || state === 'failed' || state === 'killed';

/** Which package a build is of, as far as it is known. */
export interface JobPackage {
  /** The name of the uploaded file. */
  file: string | null;
  /** Of its manifest, once it was read. */
  name: string | null;
  version: string | null;
}

/** Longer names would hide the reason. */
const maxShownName = 100;

const shortened = (name: string): string => (name.length > maxShownName ? `${name.slice(0, maxShownName)}…` : name);

/**
 * Puts the package in front of the reasons why its build failed, e.g. `The build of app.zip (Tiny 1.0.0) failed:`. So no
 * failed build has the message of a job that is not found.
 */
export const describeFailedBuild = (found: JobPackage | null, reasons: string): string => {
  const { file = null, name = null, version = null } = found ?? {};
  const app = [name, version].flatMap((part) => (part === null ? [] : [shortened(onOneLine(part))])).join(' ');
  const shown = file === null ? app : `${shortened(onOneLine(file))}${app && ` (${app})`}`;
  return `The build of ${shown || 'the package'} failed:\n${reasons}`;
};

/** After that many attempts the system gives up. */
export const MAX_ATTEMPTS = 5;

/** The reason of a job whose workers all died of it, or before it. @param lastSeenAt when the last one was heard of. */
export const noWorkerFinished = (lastSeenAt: Date): string =>
  `No worker finished it in ${MAX_ATTEMPTS} attempts; the last one ended at ${lastSeenAt.toISOString()}.`;

/** Progress never falls: a new attempt starts its count anew but shows the old figure until it is past it. */
export const advance = (shown: JobFigures, reached: JobFigures): JobFigures => {
  const total = Math.max(shown.total, reached.total);
  return { total, progress: Math.min(total, Math.max(shown.progress, reached.progress)), message: reached.message };
};

/** In the form of the vendor's example: `Completed at 2013-05-06 15:02:40 +1000`; always in UTC here. */
export const completedMessage = (at: Date): string =>
  `Completed at ${at.toISOString().slice(0, 19).replace('T', ' ')} +0000`;
