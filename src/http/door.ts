import type { Router } from 'express';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import type { Also } from '../use-cases/also.ts';

/** An app that somebody is about to install. */
export interface Installing {
  /** The account that gets the app, and its subdomain. */
  accountId: number;
  account: string;
  actor: Actor;
  appId: number;
  /** The account whose app it is. */
  ownerId: number;
}

/** What belongs to an installing besides. */
export interface AlsoInstalling {
  also: Also;
  /** After the commit, with the stores of that transaction. */
  dispatch: (within: Deps) => Promise<void>;
}

/** One vendor's app API. */
export interface Door {
  /** What apps that came through it are called in the catalogue. */
  kind: string;
  /** Mounted at the root; beyond its own paths it lets requests pass. */
  routes: (deps: Deps) => Router;
  /** States in which a version is there for other accounts. A door whose versions have no states names none. */
  releasedStates?: readonly string[];
  /**
   * What else belongs to installing an app of this door, wherever that is asked for. It is called before the transaction,
   * where slow work is allowed, and says what happens in the transaction and after its commit. Most have nothing.
   */
  installing?: (deps: Deps, app: Installing) => Promise<AlsoInstalling>;
}

/** Whether an app of this kind may be there for other accounts while its current version is in this state. */
export const isReleased = (doors: readonly Door[], kind: string, state: string | null): boolean => {
  const states = doors.find((door) => door.kind === kind)?.releasedStates;
  return state === null || states === undefined || states.includes(state);
};
