import type { ErrorRequestHandler } from 'express';
import type { Deps } from '../../../deps.ts';
import { OwnRuleError, type AppError } from '../../../errors.ts';
import { prepareIdentifiedError } from '../../identified-error.ts';
import { validationErrorsOf } from './validation-errors.ts';

const INVALID = 5;
const NOT_FOUND = 100;
const TOO_MANY_REQUESTS = 10_000;
const SERVER = 0;

/** 5, 100, 10000 and 0 are the vendor's; what it does not publish is the status itself. */
const errorCodeOf = (status: number): number => {
  if (status === 400) return INVALID;
  if (status === 404) return NOT_FOUND;
  if (status === 429) return TOO_MANY_REQUESTS;
  return status >= 500 ? SERVER : status;
};

/** This vendor answers 400 wherever a request is wrong. */
const statusOf = (error: AppError): number =>
  [409, 422].includes(error.status) && !(error instanceof OwnRuleError) ? 400 : error.status;

const AUTHENTICATE = 'Send a valid token of a user of this account: "Authorization: Bearer TOKEN".';

/**
 * This door's envelope. Its clients know an error by `request_id` or `error_code`, so there is always an id; the logs
 * have the same. Express recognises an error handler by its four parameters.
 */
export const kontentErrors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const { error, status, requestId } = prepareIdentifiedError(deps, { req, res }, err, statusOf);
    const validationErrors = status === 400 ? validationErrorsOf(error) : undefined;
    res.status(status).json({
      request_id: requestId,
      error_code: errorCodeOf(status),
      message: messageOf(error, validationErrors !== undefined),
      ...(validationErrors && { validation_errors: validationErrors }),
    });
  };

const messageOf = ({ status, message }: AppError, hasValidationErrors: boolean): string => {
  if (status === 401) return AUTHENTICATE;
  return hasValidationErrors ? 'The request is not valid; validation_errors says why.' : message;
};
