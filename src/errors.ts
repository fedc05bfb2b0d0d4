interface AppErrorOptions {
  details?: unknown;
  cause?: unknown;
  /** Only consulted by workers: may the same input succeed later? */
  retryable?: boolean;
}

/** A failure we expect. Anything else that reaches an edge is a bug: HTTP 500, or another attempt in a worker. */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: unknown;
  readonly retryable: boolean;

  constructor(code: string, status: number, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = status;
    this.details = options.details;
    this.retryable = options.retryable ?? false;
  }
}

/** The request can be read but not be carried out as it stands; `details` names the fields. */
export class InvalidRequestError extends AppError {
  constructor(message: string, details?: unknown) {
    super('invalid_request', 422, message, { details });
  }
}

/** What is refused of a single field. */
export const invalidField = (field: string, message: string): InvalidRequestError =>
  new InvalidRequestError(`${field}: ${message}`, { [field]: [message] });

/** Problems that a refusal names; whoever has more of them has sent something else altogether. */
export const MOST_PROBLEMS = 20;

/** The message of a refusal. @param total how many problems there are, named or not. */
export const problemLines = (lines: readonly string[], total: number): string =>
  (total > MOST_PROBLEMS ? [...lines, `and ${total - MOST_PROBLEMS} more problems`] : lines).join('\n');

/** The bytes of the request are not what they claim to be: broken JSON, a cut multipart body. */
export class MalformedRequestError extends AppError {
  constructor(message: string) {
    super('malformed_request', 400, message);
  }
}

export class UnauthenticatedError extends AppError {
  constructor(message = 'Send valid credentials: Basic EMAIL/token:TOKEN, Basic EMAIL:PASSWORD or Bearer TOKEN.') {
    super('unauthenticated', 401, message);
  }
}

export class ForbiddenError extends AppError {
  constructor(message: string) {
    super('forbidden', 403, message);
  }
}

export class NotFoundError extends AppError {
  constructor(message: string) {
    super('not_found', 404, message);
  }
}

export class TooLargeError extends AppError {
  constructor(message: string) {
    super('too_large', 413, message);
  }
}

const waitFor = (seconds: number): string => `Wait ${seconds} second${seconds === 1 ? '' : 's'}, then try again.`;

/** Somebody guesses, or too many sign in at once: nothing was looked at. */
export class TooManyTriesError extends AppError {
  /** In seconds, whole ones. */
  readonly retryAfter: number;

  constructor(message: string, retryAfter: number) {
    super('too_many_tries', 429, `${message} ${waitFor(retryAfter)}`);
    this.retryAfter = retryAfter;
  }
}

/** An account asks more often than it may. */
export class TooManyRequestsError extends AppError {
  /** In seconds, whole ones. */
  readonly retryAfter: number;

  constructor(limit: number, retryAfter: number) {
    super(
      'too_many_requests',
      429,
      `Your account may send ${limit} such requests a minute, and has. ${waitFor(retryAfter)}`,
    );
    this.retryAfter = retryAfter;
  }
}

/** A rule of Appyard's own, for which no vendor has words: every door answers with its status as it is. */
export class OwnRuleError extends AppError {
  /** After how many seconds the same request may succeed; undefined: not by waiting. */
  readonly retryAfter: number | undefined;

  constructor(
    code: string,
    status: number,
    message: string,
    { retryAfter, ...options }: AppErrorOptions & { retryAfter?: number } = {},
  ) {
    super(code, status, message, options);
    this.retryAfter = retryAfter;
  }
}

/** A store is away. The same request, or the next attempt of a job, may succeed. */
export class UnavailableError extends AppError {
  constructor(what: string, cause?: unknown, state: 'reached' | 'used' = 'reached') {
    super('unavailable', 503, `${what} cannot be ${state} right now. Try again in a few seconds.`, {
      cause,
      retryable: true,
    });
  }
}

/** There is no room for a file. The same request, or the next attempt of a job, may succeed once an operator has made some. */
export class StorageFullError extends AppError {
  /** In seconds. */
  readonly retryAfter = 60;

  constructor(cause: unknown) {
    super('storage_full', 503, 'The server has no space left for files. Try again later.', { cause, retryable: true });
  }
}

/** A package that cannot become a version of an app; the message has its problems, one a line. */
export class InvalidPackageError extends AppError {
  constructor(message: string, details: { errors: unknown[]; warnings: unknown[] }) {
    super('invalid_package', 422, message, { details });
  }
}
