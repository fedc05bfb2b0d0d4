import type { ErrorRequestHandler } from 'express';
import type { Deps } from '../../../deps.ts';
import { OwnRuleError, type AppError } from '../../../errors.ts';
import { prepareIdentifiedError } from '../../identified-error.ts';
import { presentRequest } from './envelope.ts';

/** This vendor answers 400 wherever a request is wrong. */
const statusOf = (error: AppError): number =>
  error.status === 422 && !(error instanceof OwnRuleError) ? 400 : error.status;

/** What a status means here; `description` says the rest. */
const messages: Record<number, string> = {
  400: 'The request is not valid.',
  401: 'The credentials are missing or not valid.',
  403: 'This is not allowed.',
  404: 'It was not found.',
  409: 'It does not fit what is there.',
  413: 'The request is too large.',
  415: 'The body is not JSON.',
  429: 'There were too many requests.',
  503: 'The service cannot answer now.',
};

const AUTHENTICATE =
  'Send a valid token: "x-developerplatform-access: TOKEN", or "Authorization: Bearer TOKEN" instead.';

/**
 * This door's envelope; the logs have the same request id. Express recognises an error handler by its four parameters.
 */
export const os1Errors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const { error, status } = prepareIdentifiedError(deps, { req, res }, err, statusOf);
    res.status(status).json({
      error: {
        code: error.code,
        message: messages[status] ?? (status < 500 ? messages[400] : 'Something went wrong.'),
        description: status === 401 ? AUTHENTICATE : error.message,
        details: detailsOf(error),
      },
      request: presentRequest(res),
    });
  };

/** Whoever has more of them has sent something else altogether. */
const MOST_DETAILS = 50;

/** Which fields are wrong, one by one; empty where no field is. */
const detailsOf = ({ details }: AppError): { field: string; message: string }[] => {
  if (typeof details !== 'object' || details === null) return [];
  const all = Object.entries(details).flatMap(([field, found]) =>
    (Array.isArray(found) ? found : [found]).map((message) => ({ field, message: String(message) })),
  );
  return all.slice(0, MOST_DETAILS);
};
