import type { RequestHandler } from 'express';
import type { Role } from '../../../db/users.ts';
import { ForbiddenError } from '../../../errors.ts';
import { userOf } from '../../auth.ts';

/** What this door calls what a user may do. */
const names: Record<Role, string> = { admin: 'org.admin.apps', agent: 'org.permission.apps.read' };

/** Lets admins pass. */
export const requireAdminRole: RequestHandler = (_req, res, next) => {
  const { role } = userOf(res);
  if (role !== 'admin') throw new ForbiddenError(`This needs the role ${names.admin}; yours is ${names[role]}.`);
  next();
};

/** Lets every user of an organisation pass. */
export const requireReadRole: RequestHandler = (_req, res, next) => {
  userOf(res);
  next();
};
