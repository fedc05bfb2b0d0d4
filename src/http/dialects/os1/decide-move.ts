import type { CatalogueApp, CatalogueVersion } from '../../../db/catalogue.ts';
import { AppError } from '../../../errors.ts';
import type { AppChange } from '../../../use-cases/catalogue/change-app.ts';
import { attributesOf } from './attributes.ts';
import { stateOf, versionAmong } from './find-version.ts';
import { actionsFrom, samePhase, transitions, type Action, type State } from './lifecycle.ts';
import { shownToNobody, shownWhenLive } from './listed.ts';

/**
 * What an action makes of an app. A version that goes live takes the place of the one that was: that one is depreciated,
 * and what was installed stays as it is.
 *
 * @throws AppError `wrong_state`, `phase_taken`; NotFoundError
 */
export const decideMove =
  (externalId: string, action: Action) =>
  (_app: CatalogueApp, versions: readonly CatalogueVersion[]): AppChange => {
    const version = versionAmong(versions, externalId);
    const { from, to } = transitions[action];
    if (stateOf(version) !== from) throw wrongState(version, action);
    if (to !== 'DEVELOPMENT') refuseTaken(version, versions, to);
    const moved = { id: version.id, state: to };
    if (to === 'DEPRECIATED') return { app: shownToNobody, versions: [moved] };
    if (to !== 'LIVE') return { versions: [moved] };
    const attributes = attributesOf(version);
    const former = versions.filter((one) => stateOf(one) === 'LIVE').map(({ id }) => ({ id, state: 'DEPRECIATED' }));
    const app = { name: attributes.displayName, ...shownWhenLive(attributes) };
    return { app, versions: [...former, moved], current: version.id };
  };

const wrongState = (version: CatalogueVersion, action: Action): AppError => {
  const state = stateOf(version);
  const possible = actionsFrom(state);
  const then = possible.length > 0 ? `possible now: ${possible.join(', ')}` : 'nothing more can be done with it';
  const message = `${action} is for a version that is ${transitions[action].from}; version ${version.version!} is ${state}, and ${then}.`;
  return new AppError('wrong_state', 409, message);
};

/** A version that comes back from a review always may: a review must be able to end. */
const refuseTaken = (version: CatalogueVersion, versions: readonly CatalogueVersion[], to: State): void => {
  const other = versions.find((one) => one.id !== version.id && samePhase(to).includes(stateOf(one)));
  if (!other) return;
  const message = `Version ${other.version!} of this app is ${stateOf(other)}, and only one can be there; it has to move on first.`;
  throw new AppError('phase_taken', 409, message);
};
