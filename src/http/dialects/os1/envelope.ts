import type { Response } from 'express';
import { requestIdOf } from '../../request-id.ts';

/** What stands beside the data, and beside an error. */
export const presentRequest = (res: Response) => ({ id: requestIdOf(res), timestamp: new Date().toISOString() });

/** Sends what was asked for in this door's envelope. */
export const answer = (res: Response, data: object, status = 200): void => {
  res.status(status).json({ data, request: presentRequest(res) });
};
