import type { Request, RequestHandler, Response } from 'express';
import { jwtVerify } from 'jose';
import { findAppClientById, type AppClient } from '../../../db/app-clients.ts';
import type { Deps } from '../../../deps.ts';
import type { Actor } from '../../../domain/audit.ts';
import { UnauthenticatedError } from '../../../errors.ts';
import { appClientContext } from '../../../use-cases/app-clients/create-app-client.ts';
import { clientAddressOf } from '../../client-address.ts';
import { spendRequest } from '../../rate-limit.ts';
import { KIND } from './kind.ts';

/** The vendor's SDK signs one token when a process starts, and sends it for as long as the process lives. */
const MAX_AGE = '24h';
const CLOCK_TOLERANCE_S = 60;

/** The credentials of an app's server are missing or not valid. */
export class AppTokenError extends UnauthenticatedError {}

/** An app that proved with its secret which one it is. */
export interface IdentifiedApp {
  client: AppClient;
  token: string;
  /** The version that the app's server runs. */
  version: string;
}

/**
 * Identifies an app by the headers `x-kustomer-app-client-id` and `x-kustomer-app-token`: a JWT, HS256 over the client
 * secret, with `app`, `version` and an `iat` of the last 24 hours.
 *
 * @throws AppTokenError (401)
 */
export const requireAppToken =
  ({ db, cipher, rateLimits }: Pick<Deps, 'db' | 'cipher' | 'rateLimits'>): RequestHandler =>
  async (req, res, next) => {
    const clientId = req.get('x-kustomer-app-client-id');
    const token = req.get('x-kustomer-app-token');
    if (clientId === undefined || token === undefined)
      throw new AppTokenError('Send the headers x-kustomer-app-client-id and x-kustomer-app-token.');
    const client = await findAppClientById(db, { kind: KIND, clientId });
    const secret = client && cipher.open(client.secret, appClientContext(client.accountId, client.clientId));
    const claims = secret === undefined ? undefined : await claimsOf(token, secret);
    if (!client || claims?.['app'] !== client.app || typeof claims['version'] !== 'string')
      throw new AppTokenError(
        `x-kustomer-app-token is not valid: it must be a JWT (HS256) with app, version and an iat of the last ${MAX_AGE}, signed with the client secret of that app.`,
      );
    if (rateLimits.requests) await spendRequest(rateLimits.requests, client.accountId, res);
    res.locals['kustomerApp'] = { client, token, version: claims['version'] } satisfies IdentifiedApp;
    next();
  };

const claimsOf = async (token: string, secret: string): Promise<Record<string, unknown> | undefined> => {
  try {
    const { payload } = await jwtVerify(token, Buffer.from(secret), {
      algorithms: ['HS256'],
      maxTokenAge: MAX_AGE,
      clockTolerance: CLOCK_TOLERANCE_S,
    });
    return payload;
  } catch {
    return undefined;
  }
};

export const identifiedApp = (res: Response): IdentifiedApp => res.locals['kustomerApp'] as IdentifiedApp;

/** Who acts when an app's server does, for the audit log. */
export const appActor = (req: Request, res: Response): Actor => {
  const { app, clientId } = identifiedApp(res).client;
  return { userId: null, name: `app ${app} (client ${clientId})`, ip: clientAddressOf(req) };
};
