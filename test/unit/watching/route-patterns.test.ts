import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { Router, type Express } from 'express';
import { describe, expect, it } from 'vitest';
import { withoutSlot } from '../../../src/http/dialects/zendesk/prefixes.ts';
import { leadingTo, nameRoutes } from '../../../src/http/route-patterns.ts';

/** What each request to `app` is named, once it is answered. */
const namesOf = async (build: (app: Express) => void, paths: string[]): Promise<string[]> => {
  const app = express();
  const names: string[] = [];
  app.use((req, res, next) => {
    res.once('close', () => names.push(nameRoutes(app.router, withoutSlot)(req)));
    next();
  });
  build(app);
  app.use(((_err, _req, res, _next) => {
    res.status(500).end();
  }) as express.ErrorRequestHandler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    for (const path of paths) await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return names;
};

const answering: express.RequestHandler = (_req, res) => void res.end();

describe('the name of a route', () => {
  it('is the pattern of its router and its own, never a piece of the path', async () => {
    const names = await namesOf(
      (app) => {
        const inner = Router({ mergeParams: true });
        inner.get('/things/:thing', answering);
        inner.get('/', answering);
        const outer = Router();
        outer.use('/projects/:project', inner);
        app.use('/v2', outer);
        app.get('/files/:key/*path', answering);
      },
      ['/v2/projects/4711/things/secret-key', '/v2/projects/4711?code=secret', '/files/unguessable/a/b.html'],
    );
    expect(names).toEqual(['/v2/projects/:project/things/:thing', '/v2/projects/:project', '/files/:key/*path']);
  });

  it('is the same when the route fails, now or later, and its routers have been left', async () => {
    const names = await namesOf(
      (app) => {
        const router = Router();
        router.get('/now/:id', () => {
          throw new Error('now');
        });
        router.get('/later/:id', async () => {
          await Promise.resolve();
          throw new Error('later');
        });
        app.use('/a/:b', router);
      },
      ['/a/1/now/2', '/a/1/later/2'],
    );
    expect(names).toEqual(['/a/:b/now/:id', '/a/:b/later/:id']);
  });

  it('is the first where a router stands at several places, and has no slot', async () => {
    const names = await namesOf(
      (app) => {
        const polling = Router();
        polling.get('{/:id}', answering);
        // As the polling routes: at their busiest place through a function that hides the router.
        app.use(['/api/v2/apps/jobs', '/api/apps/jobs'], (req, res, next) => polling(req, res, next));
        app.use(['/api/v2/apps/jobs', '/api/apps/jobs'], polling);
      },
      ['/api/v2/apps/jobs/1', '/api/apps/jobs/2', '/api/apps/jobs'],
    );
    expect(names).toEqual(Array(3).fill('/api/{slot}/apps/jobs{/:id}'));
  });

  it('is known of a router that stands behind a function which says so', async () => {
    const names = await namesOf(
      (app) => {
        const own = Router();
        own.get('/things/:id', answering);
        const rewriting: express.RequestHandler = (req, res, next) => {
          if (!req.url.startsWith('/things')) return next();
          own(req, res, next);
        };
        app.use(leadingTo(own, '/v1', rewriting));
        const token = Router().post('/', answering).get('/', answering);
        const toToken: express.RequestHandler = (req, res, next) => {
          req.url = '/';
          token(req, res, next);
        };
        app.get(['/token', '/oauth/token'], leadingTo(token, '', toToken));
      },
      ['/things/4711', '/oauth/token'],
    );
    expect(names).toEqual(['/v1/things/:id', '/token']);
  });

  it('is "other" where no route answered', async () => {
    expect(await namesOf((app) => app.get('/known', answering), ['/unknown/4711', '/known'])).toEqual([
      'other',
      '/known',
    ]);
  });
});
