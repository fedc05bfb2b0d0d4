import type { RequestHandler, Router } from 'express';

/** What Express keeps of a route; its type definitions leave out the most of it. */
interface Layer {
  match(path: string): unknown;
  route?: { path: string; methods: Record<string, boolean> };
}

/**
 * A path that is known, asked for in a way that it is not: 405 with `Allow`, also for nobody. OPTIONS is answered with
 * the same list. Mount it before `routes`: there the first route that fits the path says what is allowed, so that a
 * fixed word is never taken for an id.
 */
export const refuseOtherMethods = (routes: Router): RequestHandler => {
  const layers = routes.stack as unknown as Layer[];
  return (req, res, next) => {
    const allowed = methodsAt(layers, req.path);
    if (allowed.length === 0 || allowed.includes(req.method)) return next();
    res.set('Allow', allowed.join(', '));
    if (req.method === 'OPTIONS') return void res.status(204).end();
    const path = req.originalUrl.split('?')[0]!;
    res.status(405).json({
      error: 'method_not_allowed',
      description: `${req.method} is not possible at ${path}; possible there: ${allowed.join(', ')}.`,
    });
  };
};

const methodsAt = (layers: Layer[], path: string): string[] => {
  const first = layers.find((layer) => layer.route && fits(layer, path))?.route?.path;
  if (first === undefined) return [];
  const methods = layers.flatMap(({ route }) => (route?.path === first ? Object.keys(route.methods) : []));
  return [...methods.map((method) => method.toUpperCase()), ...(methods.includes('get') ? ['HEAD'] : [])].toSorted();
};

/** A path with a broken percent escape fits nothing; the routes say so themselves. */
const fits = (layer: Layer, path: string): boolean => {
  try {
    return Boolean(layer.match(path));
  } catch {
    return false;
  }
};
