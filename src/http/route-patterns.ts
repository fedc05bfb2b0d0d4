import type { Request, RequestHandler, Response, Router } from 'express';

/** What the router keeps and its types do not tell. */
interface Layer {
  route?: { stack: { handle: object }[] } | undefined;
  handle: { stack?: Layer[] };
  rawPath: Path | readonly Path[];
}
type Path = string | RegExp;

/** Whatever no route has answered: unknown paths, and who was turned away before one was found. */
const OTHER_ROUTE = 'other';

/** Routers that stand behind a function, which the stack does not show. */
const behind = new WeakMap<object, { router: Router; path: string }>();

/**
 * Says that a handler hands requests on to a router, so that its routes get names too.
 *
 * @param path where its routes seem to stand, below where the handler stands itself.
 */
export const leadingTo = <H extends RequestHandler>(router: Router, path: string, handler: H): H => {
  behind.set(handler, { router, path });
  return handler;
};

/** Gives the pattern of the route that a request has met, e.g. `/api/appyard/v1/jobs/:id`; never a path. */
export type RouteOf = (req: Request) => string;

export const nameRoutesFor = (res: Response, routeOf: RouteOf): void => {
  res.locals['routeOf'] = routeOf;
};

/** The name of the route that a request has met, for the log. */
export const routeNameOf = (req: Request, res: Response): string =>
  (res.locals['routeOf'] as RouteOf | undefined)?.(req) ?? OTHER_ROUTE;

/**
 * Names all routes of an application, by the pattern each was registered with and those of the routers around it.
 *
 * Not from the request (`baseUrl` and `route.path`): there the routers' part is a piece of the path, ids included, and
 * after a failure it is gone.
 *
 * @param shorten makes one name of patterns that are the same route.
 */
export const nameRoutes = (router: unknown, shorten = (pattern: string): string => pattern): RouteOf => {
  const names = new WeakMap<object, string>();
  const enter = (handler: { stack?: Layer[] }, base: string): void => {
    const hidden = behind.get(handler);
    // A router and its layers have no types in common.
    if (hidden) walk(hidden.router.stack as unknown as Layer[], join(base, hidden.path));
    else if (handler.stack) walk(handler.stack, base);
  };
  const walk = (layers: readonly Layer[], base: string): void => {
    for (const { route, handle, rawPath } of layers) {
      const paths = [rawPath].flat().map(String);
      const first = join(base, paths[0]!);
      if (!route) enter(handle, first);
      // One that stands at several places has the name of the first.
      else if (!names.has(route)) names.set(route, shorten(join(base, paths.join('|'))));
      for (const step of route?.stack ?? []) enter(step.handle, first);
    }
  };
  walk((router as { stack: Layer[] }).stack, '');
  return ({ route }) => (route && names.get(route as object)) ?? OTHER_ROUTE;
};

/** An optional part brings its own slash. */
const join = (base: string, path: string): string =>
  `${base}/${path}`
    .replace(/\/{2,}/g, '/')
    .replace('/{/', '{/')
    .replace(/(?<=.)\/$/, '');
