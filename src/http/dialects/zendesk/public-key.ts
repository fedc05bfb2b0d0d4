import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Deps } from '../../../deps.ts';
import { NotFoundError, UnauthenticatedError } from '../../../errors.ts';
import { ensureAppKey } from '../../../use-cases/deliveries/ensure-app-key.ts';
import { authenticate, userOf } from '../../auth.ts';
import { parse } from '../../parse.ts';
import { APP_KIND } from './kind.ts';
import { idParams } from './schema.ts';

const PEM_TYPES = ['text/plain', 'application/x-pem-file'];

/** The key with which receivers verify what is sent for an app: as a JSON string, and as a PEM file. */
export const publicKeyRoutes = (deps: Deps): Router => {
  const router = Router();
  const authenticated = authenticate(deps);
  const signedInOrNobody: RequestHandler = (req, res, next) =>
    req.get('authorization') === undefined ? next() : authenticated(req, res, next);

  const pemOf = async (req: Request, res: Response): Promise<string> => {
    const { id } = parse(idParams, req.params);
    const anonymous = req.get('authorization') === undefined;
    const accountId = anonymous ? null : userOf(res).accountId;
    try {
      // With the line break at its end that the vendor's has.
      return `${(await ensureAppKey(deps, { accountId, id, kind: APP_KIND })).key.publicPem.trimEnd()}\n`;
    } catch (err) {
      // The same whether the app exists or not.
      if (anonymous && err instanceof NotFoundError) throw new UnauthenticatedError();
      throw err;
    }
  };

  router.get('/:id/public_key', signedInOrNobody, async (req, res) => void res.json(await pemOf(req, res)));
  router.get('/:id/public_key.pem', signedInOrNobody, async (req, res) => {
    const pem = await pemOf(req, res);
    res.type(req.accepts(PEM_TYPES) || PEM_TYPES[0]!).send(Buffer.from(pem));
  });

  return router;
};
