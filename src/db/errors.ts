import { DatabaseError } from 'pg';

const codeOf = (err: unknown): string | undefined =>
  err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : undefined;

export const isUniqueViolation = (err: unknown, constraint: string): boolean =>
  codeOf(err) === '23505' && err instanceof Error && 'constraint' in err && err.constraint === constraint;

/** Something else refers to what was to be removed. */
export const isReferenced = (err: unknown): boolean => codeOf(err) === '23503';

/** Two transactions waited for each other, and this one was ended for the other's sake. */
export const isDeadlock = (err: unknown): boolean => codeOf(err) === '40P01';

/** A lock was not to be had within `lock_timeout`. */
export const isLockTimeout = (err: unknown): boolean => codeOf(err) === '55P03';

/** A text that Postgres cannot keep: a NUL character, or half of a surrogate pair in JSON. */
export const isUnstorableText = (err: unknown): boolean => ['22021', '22P05'].includes(codeOf(err) ?? '');

/** Classes 08 (connection), 53 (too many connections, out of memory) and the server's own shutdown and start-up. */
const AWAY = /^(08...|53...|57P0[123])$/;
const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** pg reports these without a code. */
const MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|not currently accepting connections|query read timeout|client has encountered a connection error/i;

/** True when the database could not be reached: the statement may work later, nothing is wrong with it. */
export const isDatabaseAway = (err: unknown): boolean => {
  // A host name with several addresses: Node reports all the refusals together.
  if (err instanceof AggregateError) return err.errors.some(isDatabaseAway);
  const code = codeOf(err);
  if (code !== undefined && (AWAY.test(code) || (SOCKET.has(code) && isConnect(err)))) return true;
  return err instanceof Error && MESSAGES.test(err.message);
};

/** SQLSTATE classes of statements that are wrong themselves, or that hold what cannot be stored. */
const OF_STATEMENT = /^(0[29ABFL]|1F|2[0-7BDF]|3[48B]|42|44|P0)/;
/** Of these classes, what the state of the database makes: read-only, no right, a table or column of another version. */
const OF_DATABASE = new Set(['25006', '26000', '42501', '42P01', '42703', '42883', '42P05']);

/**
 * True when the database cannot do now what it is there for, whatever the reason: it is away, read-only after a fail-over,
 * full, or damaged, it refuses rights or connections, or its tables are of another version. The statement may work later.
 */
export const isDatabaseUnusable = (err: unknown): boolean => {
  if (isDatabaseAway(err) || (err instanceof Error && ENDED.test(err.message))) return true;
  if (!(err instanceof DatabaseError) || err.code === undefined) return false;
  return OF_DATABASE.has(err.code) || !OF_STATEMENT.test(err.code);
};

/** What pg says in a process that closes. */
const ENDED = /cannot use a pool after calling end/i;

/** A file that is missing is ENOENT as well; only the system call of a socket counts. */
const isConnect = (err: unknown): boolean =>
  err instanceof Error &&
  'syscall' in err &&
  typeof err.syscall === 'string' &&
  ['connect', 'read', 'write', 'getaddrinfo'].includes(err.syscall);
