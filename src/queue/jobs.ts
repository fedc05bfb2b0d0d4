import type { JobsOptions } from 'bullmq';
import { z } from 'zod';
import type { JobKind } from '../domain/job.ts';

/** Builds and installs share one queue: one place in one line, and a poll needs to look in one place only. */
export const JOBS_QUEUE = 'jobs';

/** What a finished job was: written by our own worker once the row is settled, so a poll may believe it. */
const outcomeSchema = z.object({
  state: z.enum(['completed', 'failed', 'killed']),
  progress: z.number(),
  total: z.number(),
  message: z.string(),
  appId: z.number().nullable(),
  installationId: z.number().nullable(),
});
export type JobOutcome = z.infer<typeof outcomeSchema>;

/** Ids, and what a poll is answered with. Fields are added as optional, never renamed: jobs of the old release are still queued during a deploy. */
export const payloadSchema = z.object({
  accountId: z.number(),
  appId: z.number().nullable(),
  installationId: z.number().nullable(),
  total: z.number().optional(),
  progress: z.number().optional(),
  outcome: outcomeSchema.optional(),
});
export type JobPayload = z.infer<typeof payloadSchema>;

export const figuresSchema = z.object({ progress: z.number(), total: z.number(), message: z.string() });

const jobNames = { build: 'build.run', install: 'install.run' } as const satisfies Record<JobKind, string>;
export type JobName = (typeof jobNames)[JobKind];

export const jobNameOf = (kind: JobKind): JobName => jobNames[kind];

export const kindOf = (name: string): JobKind | undefined =>
  name === jobNames.build ? 'build' : name === jobNames.install ? 'install' : undefined;

const LOWEST_PRIORITY = 2_097_151;

/**
 * Whoever has few jobs goes first: the rank of a job among those of its account, 0 before everything else. One account's
 * hundredth stands behind another's first, and what is alone stands in the plain line.
 */
export const priorityOf = (place: number): number => Math.min(place, LOWEST_PRIORITY);

/** Finished jobs stay for an hour, so that whoever polls then does not reach Postgres. */
const KEPT = { age: 3_600, count: 10_000 };

export const jobOptions: JobsOptions = {
  // The row counts the attempts and decides when to give up; the queue only brings the job back.
  attempts: 1_000_000,
  backoff: { type: 'custom' },
  removeOnComplete: KEPT,
  removeOnFail: KEPT,
  // Each failed try would add its stack to the entry and write all of them again.
  stackTraceLimit: 1,
};

/** Milliseconds until the next try: 1, 2, 4 … 15 s, and up to a fifth more so that many do not come back at once. */
export const backoffMs = (attemptsMade: number): number =>
  // Whole ones: BullMQ's Postgres takes no others.
  Math.round(Math.min(15_000, 1_000 * 2 ** Math.min(attemptsMade - 1, 10)) * (1 + Math.random() / 5));
