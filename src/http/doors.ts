import { kontentRoutes } from './dialects/kontent/routes.ts';
import { kustomerRoutes } from './dialects/kustomer/routes.ts';
import { os1Routes } from './dialects/os1/routes.ts';
import { RELEASED_STATES as OS1_RELEASED } from './dialects/os1/lifecycle.ts';
import { openInstalling } from './dialects/xurrent/installing.ts';
import { PUBLISHED } from './dialects/xurrent/offering.ts';
import { xurrentRoutes } from './dialects/xurrent/routes.ts';
import { zendeskRoutes } from './dialects/zendesk/routes.ts';
import type { Door } from './door.ts';

/** All of them, the busiest first: each one on the way costs a request some microseconds. */
export const doors: readonly Door[] = [
  { kind: 'zendesk', routes: zendeskRoutes },
  { kind: 'kontent', routes: kontentRoutes },
  { kind: 'kustomer', routes: kustomerRoutes },
  { kind: 'os1', routes: os1Routes, releasedStates: OS1_RELEASED },
  { kind: 'xurrent', routes: xurrentRoutes, releasedStates: [PUBLISHED], installing: openInstalling },
];
