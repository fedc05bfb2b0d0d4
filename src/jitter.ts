/** Shortens a pause by up to a half, at random: many processes that wait for the same thing do not come back together. */
export const jittered = (ms: number): number => ms * (1 - Math.random() / 2);
