import type { Response } from 'express';

/** Gives a signal that fires when the client goes away before the answer is complete: slow work for it may stop. */
export const whenAbandoned = (res: Response): AbortSignal => {
  const abandoned = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) abandoned.abort(new Error('the client went away'));
  });
  return abandoned.signal;
};
