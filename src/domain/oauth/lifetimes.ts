/** In seconds. */
export const lifetimes = {
  /** A browser carries it over in no time; long enough for one that wakes up first. */
  code: 120,
  accessToken: 3_600,
  /** From the last refresh. */
  refreshToken: 30 * 86_400,
  /**
   * How long a refresh token that was exchanged already is still good: commands that run side by side refresh side by
   * side, and a client takes a refusal for the end of its login. Whoever comes with it later has stolen it.
   */
  refreshGrace: 60,
} as const;

export const secondsFromNow = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);
