import { randomBytes, randomUUID } from 'node:crypto';
import type { CatalogueApp } from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { AppError, InvalidRequestError } from '../../../errors.ts';
import { registerApp } from '../../../use-cases/catalogue/register-app.ts';
import type { EnvironmentRef } from '../../../use-cases/environments/list-roles.ts';
import { codenameFor } from './codename.ts';
import { codenameTaken } from './codename-taken.ts';
import { catalogued, describeCustomApp, type CustomApp } from './custom-app.ts';
import { KIND } from './kind.ts';
import type { NewCustomApp } from './new-custom-app.ts';
import { resolveRoles, type RoleBook } from './role-references.ts';

interface AddInput {
  actor: Actor;
  environment: EnvironmentRef;
  body: NewCustomApp;
  book: RoleBook;
}

/** Of a codename that is made here; each has 24 random bits, so a second one is hardly ever taken. */
const TRIES = 5;

/** @throws InvalidRequestError for a role that is not there, or a codename that is taken. */
export const addCustomApp = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { body, book, ...where }: AddInput,
): Promise<CatalogueApp> => {
  const { ids, problems } = resolveRoles(body.allowed_roles, book);
  const faults = problems.map(({ path, message }) => [`allowed_roles.${path}`, [message]]);
  if (faults.length > 0) throw new InvalidRequestError('allowed_roles is not valid.', Object.fromEntries(faults));
  const { name, source_url, config, display_mode } = body;
  const app = { name, source_url, config, allowed_roles: ids, display_mode };
  if (body.codename !== undefined)
    return register(deps, where, { ...app, codename: body.codename }).catch(codenameTaken('codename'));
  for (let tried = 1; ; tried++) {
    const codename = codenameFor(name, tried === 1 ? '' : randomBytes(3).toString('hex'));
    try {
      return await register(deps, where, { ...app, codename });
    } catch (err) {
      if (tried === TRIES || !(err instanceof AppError && err.code === 'key_taken')) throw err;
    }
  }
};

const register = (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { actor, environment: { accountId, environmentId } }: Pick<AddInput, 'actor' | 'environment'>,
  app: CustomApp,
): Promise<CatalogueApp> =>
  registerApp(deps, {
    actor,
    app: { accountId, kind: KIND, externalId: randomUUID(), visibility: 'private', ...catalogued(environmentId, app) },
    version: { version: null, externalId: null, state: null, attributes: {}, parameters: [], requirements: [] },
    describe: describeCustomApp,
  });
