import type { RequestHandler } from 'express';

/**
 * Every path of this door is also good with `.json`, a slash, or both at its end: `/apps/5.json/?include=app` is
 * `/apps/5?include=app`. A package's own files keep their names.
 */
export const acceptJsonSuffix: RequestHandler = (req, _res, next) => {
  const { path, query } = split(req.url);
  const bare = path.endsWith('/') ? path.replace(/\/+$/, '') : path;
  if (bare.endsWith('.json') && !bare.includes('/assets/')) req.url = bare.slice(0, -'.json'.length) + query;
  next();
};

/**
 * `//api/v2//apps` is `/api/v2/apps`: clients put an address with a slash at its end before a path that begins with one.
 * Mount at the root, so that no path on the way is cut in the middle of a double slash.
 */
export const acceptDoubleSlashes: RequestHandler = (req, _res, next) => {
  const { path, query } = split(req.url);
  if (path.includes('//')) req.url = path.replace(/\/{2,}/g, '/') + query;
  next();
};

const split = (url: string): { path: string; query: string } => {
  const start = url.indexOf('?');
  return start === -1 ? { path: url, query: '' } : { path: url.slice(0, start), query: url.slice(start) };
};
