import type { Router } from 'express';
import type { Deps } from '../deps.ts';
import { zendeskRoutes } from './dialects/zendesk/routes.ts';

/** One vendor's app API. */
export interface Door {
  /** What apps that came through it are called in the catalogue. */
  kind: string;
  /** Mounted at the root; beyond its own paths it lets requests pass. */
  routes: (deps: Deps) => Router;
}

/** All of them, the busiest first: each one on the way costs a request some microseconds. */
export const doors: readonly Door[] = [{ kind: 'zendesk', routes: zendeskRoutes }];
