import type { Response } from 'express';
import { findAccountExternalId } from '../../../db/accounts.ts';
import type { Deps } from '../../../deps.ts';
import { UnauthenticatedError } from '../../../errors.ts';
import { onlyAppOf, userOf } from '../../auth.ts';

/** Whose request it is. */
export interface Organisation {
  accountId: number;
  /** 24 hex digits; ends the names of its private apps. */
  organisationId: string;
  /** The registered name of the only app that the request may read of; undefined: of all. */
  onlyApp?: string | undefined;
}

/** Whether a request may read of an app. */
export const mayRead = ({ onlyApp }: Organisation, key: string | null): boolean =>
  onlyApp === undefined || onlyApp === key;

/** @throws UnauthenticatedError when the account was removed a moment ago. */
export const organisationOf = async ({ db }: Pick<Deps, 'db'>, res: Response): Promise<Organisation> => {
  const { accountId } = userOf(res);
  const organisationId = await findAccountExternalId(db, accountId);
  if (organisationId === undefined) throw new UnauthenticatedError();
  return { accountId, organisationId, onlyApp: onlyAppOf(res) };
};
