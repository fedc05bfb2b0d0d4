import type { RequestHandler, Response } from 'express';
import type { Deps } from '../../../deps.ts';
import type { EnvironmentRef } from '../../../use-cases/environments/list-roles.ts';
import { hasEnvironment } from '../../../use-cases/environments/has-environment.ts';
import { userOf } from '../../auth.ts';
import { notFound } from './not-found.ts';

/** Lets requests for the account's own environments pass. To others they are as if they were not there. */
export const loadEnvironment =
  (deps: Pick<Deps, 'db'>): RequestHandler<{ environmentId: string }> =>
  async (req, res, next) => {
    const { accountId } = userOf(res);
    const id = req.params.environmentId;
    if (!(await hasEnvironment(deps, { accountId, id }))) throw notFound('environment', id);
    const ref: EnvironmentRef = { accountId, environmentId: id.toLowerCase() };
    res.locals['environment'] = ref;
    next();
  };

export const environmentOf = (res: Response): EnvironmentRef => res.locals['environment'] as EnvironmentRef;
