import type { Request, Response } from 'express';
import type { Deps } from '../../../deps.ts';
import { findAccountExternalId } from '../../../db/accounts.ts';
import type { User } from '../../../db/users.ts';
import { ForbiddenError } from '../../../errors.ts';
import { isOperator, userOf } from '../../auth.ts';
import { transitions, type Action, type Party } from './lifecycle.ts';

/** The vendor's own header comes first; its Postman collection sends the other one. */
export const headerOf = (req: Request): string | undefined => {
  const token = req
    .get('x-developerplatform-access')
    ?.trim()
    .replace(/^bearer[ \t]+/i, '');
  if (token) return `Bearer ${token}`;
  const header = req.get('authorization');
  return header !== undefined && /^bearer[ \t]/i.test(header) ? header : undefined;
};

const roles = { agent: 'developer', admin: 'developer admin' } as const;

const whoActs = (res: Response): Party => (isOperator(res) ? 'product admin' : roles[userOf(res).role]);

/** @throws ForbiddenError when the action is somebody else's. */
export const refuseUnlessAllowed = (res: Response, action: Action): void => {
  const who = whoActs(res);
  const { by } = transitions[action];
  const words = { developer: 'agent', 'developer admin': 'admin of the account', 'product admin': 'operator' };
  if (who !== by)
    throw new ForbiddenError(`${action} is for a ${by} (${words[by]}); you are a ${who} (${words[who]}).`);
};

/** @throws ForbiddenError when the organization is not the user's account. */
export const refuseOtherOrganization = async (
  { db }: Pick<Deps, 'db'>,
  { accountId, subdomain }: User,
  organizationId: string,
): Promise<void> => {
  if (organizationId === subdomain || organizationId === (await findAccountExternalId(db, accountId))) return;
  throw new ForbiddenError(
    `organizationId: you have no access to this organization; yours is called "${subdomain}" by its short name.`,
  );
};
