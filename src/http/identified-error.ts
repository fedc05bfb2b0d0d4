import type { Request, Response } from 'express';
import type { Deps } from '../deps.ts';
import type { AppError } from '../errors.ts';
import { prepareError } from './errors.ts';
import { requestIdOf, withRequestId } from './request-id.ts';
import { routeNameOf } from './route-patterns.ts';

interface IdentifiedError {
  error: AppError;
  /** What the door answers with. */
  status: number;
  requestId: string;
}

/**
 * As prepareError, for doors whose answers name their request: every refusal is in the log under the same id, so that
 * whoever has the answer can be helped.
 *
 * @param statusOf what the door makes of a status.
 */
export const prepareIdentifiedError = (
  { log }: Pick<Deps, 'log'>,
  { req, res }: { req: Request; res: Response },
  err: unknown,
  statusOf: (error: AppError) => number,
): IdentifiedError => {
  const requestId = requestIdOf(res);
  const error = prepareError({ log: withRequestId(log, requestId) }, { req, res }, err, 'Bearer');
  const status = statusOf(error);
  if (status < 500)
    log.info('request refused', {
      method: req.method,
      route: routeNameOf(req, res),
      status,
      reason: error.code,
      requestId,
    });
  return { error, status, requestId };
};
