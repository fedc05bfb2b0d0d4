import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';
import type { Deps } from '../deps.ts';
import type { RequestSpan } from '../tracing/tracing.ts';
import { accountIdOf } from './auth.ts';
import { identifyRequest } from './request-id.ts';
import { nameRoutesFor, routeNameOf, type RouteOf } from './route-patterns.ts';

type ObserveDeps = Pick<Deps, 'log' | 'metrics' | 'tracing'>;

/** The client went away before the answer was complete; the word of nginx for it. */
const GONE = 499;

/** For answers that nobody looks for one by one, polls and probes: their line is of the level debug. */
export const logQuietly = (res: Response): void => {
  res.locals['quiet'] = true;
};

/**
 * Gives each request its id and, once it is answered, tells of it: a line in the log, the metrics, a span. All of them
 * name the pattern of the route: paths hold ids and the keys of public files, queries hold codes of logins.
 *
 * Around the application and not in it, for the sake of polls: the way through a layer costs as much as all of this.
 *
 * @param nameAll asked with the first answer.
 */
export const observeRequests = (deps: ObserveDeps, app: Express, nameAll: () => RouteOf): RequestListener => {
  let named: RouteOf | undefined;
  const routeOf: RouteOf = (req) => (named ??= nameAll())(req);
  return (plainReq: IncomingMessage, plainRes: ServerResponse) => {
    // Express makes them its own in place.
    const [req, res] = [plainReq as Request, plainRes as Response];
    const started = performance.now();
    res.locals = {};
    const requestId = identifyRequest(req, res);
    nameRoutesFor(res, routeOf);
    const span = deps.tracing.request(req.headers);
    res.on('close', () => {
      record(deps, { req, res, requestId, route: routeNameOf(req, res), ms: performance.now() - started, span });
    });
    if (span) span.run(() => app(req, res));
    else app(req, res);
  };
};

interface Observed {
  req: Request;
  res: Response;
  requestId: string;
  route: string;
  ms: number;
  span: RequestSpan | undefined;
}

const record = ({ log, metrics }: ObserveDeps, { req, res, requestId, route, ms, span }: Observed): void => {
  const { method } = req;
  const status = res.writableFinished ? res.statusCode : GONE;
  metrics.requests.served({ method, route, status, ms });
  const accountId = accountIdOf(res);
  const write = res.locals['quiet'] === true ? log.debug : log.info;
  write('request', {
    requestId,
    method,
    route,
    status,
    ms: Math.round(ms * 10) / 10,
    ...(accountId !== undefined && { accountId }),
    ...(span && { traceId: span.traceId }),
  });
  span?.end(
    `${method} ${route}`,
    {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'appyard.request_id': requestId,
      ...(accountId !== undefined && { 'appyard.account_id': accountId }),
    },
    status >= 500,
  );
};
