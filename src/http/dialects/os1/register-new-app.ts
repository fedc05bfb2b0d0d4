import type { Attributes, CatalogueApp } from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { AppError } from '../../../errors.ts';
import { registerApp } from '../../../use-cases/catalogue/register-app.ts';
import { describeApp } from './describe-app.ts';
import { newAppId, newVersionId } from './ids.ts';
import { KIND } from './kind.ts';
import { shownToNobody } from './listed.ts';
import { firstAttributes } from './merge-attributes.ts';
import type { Registration } from './present-app.ts';
import type { NewApp } from './schema.ts';

interface RegisterInput {
  actor: Actor;
  accountId: number;
  registration: Registration;
  body: NewApp;
}

/** @throws InvalidRequestError; AppError `key_taken` when any account has an app with the listing id. */
export const registerNewApp = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { actor, accountId, registration, body }: RegisterInput,
): Promise<CatalogueApp> => {
  const attributes = firstAttributes(body);
  const { listingId, displayName } = attributes;
  const version = {
    version: body.version,
    externalId: newVersionId(),
    state: 'DEVELOPMENT',
    attributes: attributes as unknown as Attributes,
    parameters: [],
    requirements: [],
  };
  const { organizationId, teamId } = registration;
  const app = {
    accountId,
    kind: KIND,
    key: listingId,
    externalId: newAppId(),
    name: displayName,
    attributes: { organizationId, teamId },
    ...shownToNobody,
  };
  return registerApp(deps, { actor, app, version, describe: describeApp }).catch(listingTaken(listingId));
};

/** For a promise: the catalogue knows keys, clients know the field. */
const listingTaken =
  (listingId: string) =>
  (err: unknown): never => {
    if (!(err instanceof AppError && err.code === 'key_taken')) throw err;
    const message = `is taken: there is an app "${listingId}" already`;
    throw new AppError('listing_taken', 409, `listingId: ${message}`, { details: { listingId: [message] } });
  };
