import type { Response } from 'express';
import { findAccountExternalId } from '../../../db/accounts.ts';
import type { Deps } from '../../../deps.ts';
import { UnauthenticatedError } from '../../../errors.ts';
import { userOf } from '../../auth.ts';

/** Whose request it is. */
export interface Organisation {
  accountId: number;
  /** 24 hex digits; ends the names of its private apps. */
  organisationId: string;
}

/** @throws UnauthenticatedError when the account was removed a moment ago. */
export const organisationOf = async ({ db }: Pick<Deps, 'db'>, res: Response): Promise<Organisation> => {
  const { accountId } = userOf(res);
  const organisationId = await findAccountExternalId(db, accountId);
  if (organisationId === undefined) throw new UnauthenticatedError();
  return { accountId, organisationId };
};
