import { gt as isGreater } from 'semver';
import type { CatalogueApp, CatalogueVersion } from '../../../db/catalogue.ts';
import { AppError, invalidField } from '../../../errors.ts';
import type { AppChange } from '../../../use-cases/catalogue/change-app.ts';
import { readVersionId } from './ids.ts';
import { isReady } from './lifecycle.ts';
import { stateOf } from './find-version.ts';
import type { NewVersion } from './schema.ts';

/**
 * What a further version makes of an app: it begins as a copy of its parent, in development.
 *
 * @throws AppError `not_ready`, `phase_taken`; InvalidRequestError that names the field
 */
export const decideNewVersion =
  (externalId: string, { version, parentVersion }: NewVersion) =>
  (_app: CatalogueApp, versions: readonly CatalogueVersion[]): AppChange => {
    const ready = versions.filter((one) => isReady(stateOf(one)));
    if (ready.length === 0) throw conflict('not_ready', 'An app gets further versions once one is READY_TO_PUBLISH.');
    const open = versions.find((one) => stateOf(one) === 'DEVELOPMENT');
    if (open) throw conflict('phase_taken', `Version ${open.version!} is in DEVELOPMENT already, and only one can be.`);
    const parent = parentOf(versions, parentVersion);
    if (!parent) throw invalidField('parentVersion', 'is no version of this app');
    const newest = versions.map((one) => one.version!).reduce((a, b) => (isGreater(a, b) ? a : b));
    if (!isGreater(version, newest))
      throw invalidField('version', `must be greater than ${newest}, the greatest one there is`);
    const { attributes } = parent;
    return {
      addVersion: { version, externalId, state: 'DEVELOPMENT', attributes, parameters: [], requirements: [] },
    };
  };

/** Finds the version that a new one is a copy of: the one called so, or with this id; else the last that is ready. */
export const parentOf = (
  versions: readonly CatalogueVersion[],
  asked: NewVersion['parentVersion'],
): CatalogueVersion | undefined => {
  if (typeof asked !== 'string') return versions.findLast((one) => isReady(stateOf(one)));
  const id = readVersionId(asked);
  return versions.find((one) => (id === undefined ? one.version === asked : one.externalId === id));
};

const conflict = (code: string, message: string): AppError => new AppError(code, 409, message);
