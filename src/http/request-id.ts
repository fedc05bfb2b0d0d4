import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from '../logger.ts';

const HEADER = 'X-Request-Id';

/** Ids of the usual proxies and tracers: letters, digits and what separates them; in a log they break nothing. */
const WELL_FORMED = /^[\w.:=+/@-]{8,128}$/;

/** Gives a request its id: the one that it brings along, if that is well-formed, or a new UUID. Its answer names it. */
export const identifyRequest = (req: Request, res: Response): string => {
  const asked = req.headers['x-request-id'];
  const requestId = typeof asked === 'string' && WELL_FORMED.test(asked) ? asked : randomUUID();
  res.locals['requestId'] = requestId;
  nameInHead(res, requestId);
  return requestId;
};

/**
 * Put in when the head is written: whatever becomes of the other headers until then. And for polls, which write their
 * head in one piece: Node takes twice as long over it once a single header was set before.
 */
const nameInHead = (res: Response, requestId: string): void => {
  const writeHead = res.writeHead.bind(res);
  res.writeHead = (status: number, ...rest: unknown[]): Response => {
    const [headers] = rest;
    if (rest.length === 1 && isPlain(headers)) return writeHead(status, { ...headers, [HEADER]: requestId });
    res.setHeader(HEADER, requestId);
    // Its types are several, of which these are all.
    return writeHead(status, ...(rest as [OutgoingHttpHeaders?]));
  };
};

const isPlain = (headers: unknown): headers is OutgoingHttpHeaders =>
  typeof headers === 'object' && headers !== null && !Array.isArray(headers);

/** Mount first, where a door's answers name their request in their own words. */
export const giveRequestId: RequestHandler = (req, res, next) => {
  if (requestIdOf(res) === undefined) identifyRequest(req, res);
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
