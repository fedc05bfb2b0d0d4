import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Deps } from '../deps.ts';
import { nativeRoutes } from './dialects/native/routes.ts';
import { zendeskOauthClients } from './dialects/zendesk/oauth-clients.ts';
import { createBaseUrl } from './base-url.ts';
import { doors } from './doors.ts';
import { prepareError } from './errors.ts';
import { healthRoutes } from './health.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { publicAssetRoutes } from './public-assets.ts';
import { queueBoardRoutes } from './queue-board.ts';
import { readQuery } from './read-query.ts';
import { nothingThere } from './refuse-routes.ts';

/** Mounts the doors. Each answers in its own words, failures included. */
export const createApp = (deps: Deps): Express => {
  const app = express();
  app.disable('x-powered-by');
  // Answers to polls differ each time; hashing each of them for a tag is work for nothing. Files set their own.
  app.disable('etag');
  // Decides what a client's address is: for the audit log.
  app.set('trust proxy', deps.config.trustedProxies);
  app.set('query parser', readQuery);
  app.use('/api/appyard/v1', nativeRoutes(deps, doors));
  for (const { routes } of doors) app.use(routes(deps));
  app.use('/oauth', oauthRoutes(deps, zendeskOauthClients));
  app.use('/assets', publicAssetRoutes(deps));
  app.use(healthRoutes(deps));
  app.use(queueBoardRoutes(deps));
  const baseUrlOf = createBaseUrl(deps.config);
  app.get('/', (req, res) => {
    res.json({ name: 'appyard', apps: `${baseUrlOf(req)}/api/v2/apps.json` });
  });
  app.use(nothingThere);
  app.use(errors(deps));
  return app;
};

const errors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const { status, code, message } = prepareError(deps, { req, res }, err);
    res.status(status).json({ error: code, description: message });
  };
