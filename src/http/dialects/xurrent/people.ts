import { Router, type Response } from 'express';
import { findUserById, type User } from '../../../db/users.ts';
import type { Deps } from '../../../deps.ts';
import { NotFoundError } from '../../../errors.ts';
import { userOf } from '../../auth.ts';
import { refuseOtherMethods } from '../../refuse-routes.ts';
import { domainOf } from './addresses.ts';
import { nodeIdOf, readId } from './node-id.ts';

/** Users of the account, as people; their groups, as teams. */
export const peopleRoutes = (deps: Deps): Router => {
  const router = Router({ caseSensitive: true });
  const domain = domainOf(deps);

  router.get('/:id', async (req, res) => {
    res.json(presentPerson(await getPerson(deps, res, req.params.id), domain));
  });

  router.get('/:id/teams', async (req, res) => {
    const { groups } = await getPerson(deps, res, req.params.id);
    res.json(groups.map(presentTeam));
  });

  router.all(['/:id', '/:id/teams'], refuseOtherMethods('GET', 'HEAD'));
  return router;
};

/** @throws NotFoundError for another account's user like for none. */
const getPerson = async ({ db }: Pick<Deps, 'db'>, res: Response, asked: string): Promise<User> => {
  const user = userOf(res);
  const id = asked === 'me' ? user.id : readId('Person', asked);
  const found = id === undefined ? undefined : await findUserById(db, user.accountId, id);
  if (!found) throw new NotFoundError(`Person ${asked.slice(0, 100)} not found.`);
  return found;
};

/** A user has no name but the email address. */
const presentPerson = ({ id, email }: User, domain: string) => ({
  id,
  nodeID: nodeIdOf(domain, 'Person', id),
  name: email,
  primary_email: email,
});

/** A group is a name or a number that the operator gave it: a named team has no number. */
const presentTeam = (group: string) => ({ id: /^[1-9]\d{0,14}$/.test(group) ? Number(group) : null, name: group });
