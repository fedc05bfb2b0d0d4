import type { RequestHandler } from 'express';

/**
 * Every path of this door is also good with `.json` at its end: `/apps/5.json?include=app` is `/apps/5?include=app`.
 * A package's own files keep their names.
 */
export const acceptJsonSuffix: RequestHandler = (req, _res, next) => {
  const [path = '', query] = req.url.split(/\?(.*)/s);
  if (path.endsWith('.json') && !path.includes('/assets/'))
    req.url = path.slice(0, -'.json'.length) + (query === undefined ? '' : `?${query}`);
  next();
};
