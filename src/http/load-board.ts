import type { Express } from 'express';
import type { Deps } from '../deps.ts';
import { InvalidRequestError, UnavailableError } from '../errors.ts';

/** Its own handler would answer with the words of whatever failed, and call it a fault of ours. Ours answers instead. */
const toOurs = (err: Error): never => {
  if ('statusCode' in err && err.statusCode === 400) throw new InvalidRequestError(err.message);
  throw new UnavailableError('The queue', err);
};

/** Bull Board as an Express application of its own. @param path where it is mounted. */
export const loadBoard = async ({ queueBoard }: Pick<Deps, 'queueBoard'>, path: string): Promise<Express> => {
  const { createBullBoard } = await import('@bull-board/api');
  const { ExpressAdapter } = await import('@bull-board/express');
  const serverAdapter = new ExpressAdapter().setBasePath(path);
  createBullBoard({
    queues: await queueBoard.adapters(),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Appyard: queues', hideDocsLink: true } },
  });
  serverAdapter.setErrorHandler(toOurs);
  const app = serverAdapter.getRouter() as Express; // typed as any
  app.disable('x-powered-by');
  return app;
};
