import type { Deps } from '../../src/deps.ts';
import { createApp } from '../../src/http/app.ts';
import { prefixes } from '../../src/http/dialects/zendesk/prefixes.ts';
import { doors } from '../../src/http/doors.ts';
import { nameRoutes } from '../../src/http/route-patterns.ts';

interface Listed {
  path: string | RegExp;
  /** Undefined: a router is mounted there. */
  methods: string[] | undefined;
  router: Lister | undefined;
}

/** What the router says of itself; its types do not know it yet. */
interface Lister {
  listRoutes(): Listed[];
}

/**
 * `METHOD /path` of every route, as it was registered, with `{slot}` for `/api/v2` and whatever else stands there; without
 * those of other vendors' doors.
 */
export const registeredRoutes = (deps: Deps): string[] => {
  const others = doors.filter(({ kind }) => kind !== 'zendesk').flatMap(({ routes }) => listOf(routes(deps)));
  const found = listOf(createApp(deps).router).filter((route) => !others.includes(route));
  return [...new Set(found.map(withSlot))].toSorted();
};

/**
 * The path of every route of a vendor's API, as it was registered, with `:` for each parameter; of several paths for the same
 * route the first.
 */
export const registeredPaths = (deps: Deps, kind: string): string[] => {
  const found = new Set<string>();
  for (const door of doors.filter((one) => one.kind === kind))
    nameRoutes(door.routes(deps), (pattern) => {
      found.add(
        pattern
          .split('|')[0]!
          .replace(/:\w+/g, ':')
          .replace(/(?<=.)\/$/, ''),
      );
      return pattern;
    });
  return [...found].toSorted();
};

const listOf = (router: unknown): string[] => list(router as Lister, '');

const list = (lister: Lister, base: string): string[] =>
  lister.listRoutes().flatMap(({ path, methods, router }) => {
    // An optional part brings its own slash.
    const whole = `${base}/${String(path)}`
      .replace(/\/{2,}/g, '/')
      .replace('/{/', '{/')
      .replace(/(?<=.)\/$/, '');
    if (router) return list(router, whole);
    // HEAD comes with every GET.
    return (methods ?? []).filter((method) => method !== 'HEAD').map((method) => `${method.toUpperCase()} ${whole}`);
  });

const withSlot = (route: string): string => {
  const slot = prefixes.find(({ path }) => route.includes(` ${path}/apps`));
  return slot ? route.replace(` ${slot.path}/`, ' {slot}/') : route;
};
