import type { Response } from 'express';
import { requestIdOf } from '../../request-id.ts';

/** What stands beside the data, and beside an error. */
export const presentRequest = (res: Response) => ({ id: requestIdOf(res), timestamp: new Date().toISOString() });

/** What was asked for in this door's envelope. */
export const envelope = (res: Response, data: object) => ({ data, request: presentRequest(res) });

/** Sends it. */
export const answer = (res: Response, data: object): void => {
  res.json(envelope(res, data));
};
