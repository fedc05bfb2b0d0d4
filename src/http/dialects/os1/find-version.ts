import type { CatalogueVersion } from '../../../db/catalogue.ts';
import type { State } from './lifecycle.ts';
import { noVersion } from './not-found.ts';

// Nobody but this door writes them.
export const stateOf = ({ state }: CatalogueVersion): State => state as State;

/** @throws NotFoundError: it was deleted meanwhile. */
export const versionAmong = (versions: readonly CatalogueVersion[], externalId: string): CatalogueVersion => {
  const version = versions.find((one) => one.externalId === externalId);
  if (!version) throw noVersion(externalId);
  return version;
};
