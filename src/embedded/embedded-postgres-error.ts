import { AppError } from '../errors.ts';

/** The embedded PostgreSQL cannot be had. The message is one line that tells the person at the terminal what to do. */
export class EmbeddedPostgresError extends AppError {
  constructor(message: string, cause?: unknown) {
    super('embedded_postgres', 503, message, { cause });
  }
}

/** What to do where nothing else helps; the end of several messages. */
export const USE_YOUR_OWN = 'set DATABASE_URL to a PostgreSQL of your own';

const TELLING = /error|fatal|panic|could not|cannot|can't|denied|no space|not permitted|not found|failed/i;

/**
 * The part of a program's output that says why it failed, as one line of at most 600 characters: the last three lines
 * that name a problem, or else simply the last three.
 */
export const reasonIn = (output: string): string => {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.filter((line) => TELLING.test(line));
  const chosen = (telling.length > 0 ? telling : lines).slice(-3).join(' | ').slice(-600);
  return chosen === '' ? 'it said nothing' : chosen;
};
