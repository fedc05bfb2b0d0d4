import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from '../logger.ts';

/** Mount first, where answers name their request. */
export const giveRequestId: RequestHandler = (_req, res, next) => {
  res.locals['requestId'] = randomUUID();
  next();
};

export const requestIdOf = (res: Response): string => res.locals['requestId'] as string;

/** The same log, with the id of the request in every line. */
export const withRequestId = (log: Logger, requestId: string): Logger => ({
  debug: (message, fields) => log.debug(message, { ...fields, requestId }),
  info: (message, fields) => log.info(message, { ...fields, requestId }),
  warn: (message, fields) => log.warn(message, { ...fields, requestId }),
  error: (message, fields) => log.error(message, { ...fields, requestId }),
});

/** As it was asked for, wherever the router is mounted; without the query, which may hold a secret. */
export const pathOf = (req: Request): string => req.originalUrl.split('?')[0]!;
