/** Seconds. Of answers: a poll takes one or two milliseconds, an upload minutes. */
export const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300];

/** Seconds. Of work: a small build takes a tenth of a second, an install may take its whole deadline of 15 minutes. */
export const WORK_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3_600];
