import type { CatalogueApp } from '../../../db/catalogue.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { changeApp } from '../../../use-cases/catalogue/change-app.ts';
import type { EnvironmentRef } from '../../../use-cases/environments/list-roles.ts';
import { applyOperations } from './apply-operations.ts';
import { codenameTaken } from './codename-taken.ts';
import { catalogued, customAppOf, describeCustomApp } from './custom-app.ts';
import { catalogueRefOf, getCustomApp, isIn, knownAs } from './find-custom-app.ts';
import { notFound } from './not-found.ts';
import type { Operation } from './operations.ts';
import type { Reference } from './reference.ts';
import type { RoleBook } from './role-references.ts';

interface ChangeInput {
  actor: Actor;
  environment: EnvironmentRef;
  reference: Reference;
  steps: readonly Operation[];
  book: RoleBook;
}

/**
 * Carries all steps out, or none.
 *
 * @throws NotFoundError, InvalidRequestError
 */
export const changeCustomApp = async (
  deps: Pick<Deps, 'db' | 'config' | 'cipher'>,
  { actor, environment, reference, steps, book }: ChangeInput,
): Promise<CatalogueApp> => {
  // Nothing that the audit log should tell.
  if (steps.length === 0) return getCustomApp(deps, environment, reference);
  const changed = changeApp(deps, {
    actor,
    ref: catalogueRefOf(environment, reference),
    describe: describeCustomApp,
    decide: (app) => {
      if (!isIn(environment, app)) throw notFound('custom app', reference.value);
      return { app: catalogued(environment.environmentId, applyOperations(customAppOf(app), steps, book)) };
    },
  });
  const renaming = steps.findLastIndex(({ property }) => property === 'codename');
  return (await changed.catch(knownAs(reference)).catch(codenameTaken(`${renaming}.value`))).app;
};
