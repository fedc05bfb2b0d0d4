import type { Attributes, CatalogueApp, CatalogueVersion } from '../../../db/catalogue.ts';
import { AppError } from '../../../errors.ts';
import type { AppChange } from '../../../use-cases/catalogue/change-app.ts';
import { attributesOf } from './attributes.ts';
import { stateOf, versionAmong } from './find-version.ts';
import { mergeAttributes } from './merge-attributes.ts';
import type { AttributePatch } from './schema.ts';

/** @throws AppError `wrong_state`: what others have reviewed stays as it was reviewed. */
export const refuseUnlessInDevelopment = (version: CatalogueVersion): void => {
  if (stateOf(version) === 'DEVELOPMENT') return;
  const message = `Version ${version.version!} is ${stateOf(version)}; only a version in DEVELOPMENT can be changed or deleted.`;
  throw new AppError('wrong_state', 409, message);
};

/**
 * What an update makes of an app: it is called what its current version is called.
 *
 * @throws AppError `wrong_state`; InvalidRequestError, NotFoundError
 */
export const decideUpdate =
  (externalId: string, patch: AttributePatch) =>
  (app: CatalogueApp, versions: readonly CatalogueVersion[]): AppChange => {
    const version = versionAmong(versions, externalId);
    refuseUnlessInDevelopment(version);
    const attributes = mergeAttributes(attributesOf(version), patch);
    return {
      ...(version.id === app.current.id && { app: { name: attributes.displayName } }),
      versions: [{ id: version.id, attributes: attributes as unknown as Attributes }],
    };
  };
