import { createHash } from 'node:crypto';
import { Router, type Express, type Request, type RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';
import { ForbiddenError, UnauthenticatedError, UnavailableError } from '../errors.ts';
import { guardGuess } from '../use-cases/guess-guard.ts';
import { clientAddressOf } from './client-address.ts';
import { loadBoard } from './load-board.ts';
import { refuseOtherMethods } from './refuse-routes.ts';
import { nameRoutesFor } from './route-patterns.ts';

type BoardDeps = Pick<Deps, 'identify' | 'guesses' | 'queueBoard'>;

const BOARD_PATH = '/operator/queues';

/** The page brings its own scripts; inline are only its styles. Fonts of other servers it has to do without. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

const headers = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex, nofollow',
  'Cache-Control': 'no-store',
};

/**
 * The queues, for operators to look at in a browser: https://github.com/felixmosh/bull-board. Nothing can be changed
 * here. Loaded when it is asked for first.
 */
export const queueBoardRoutes = (deps: BoardDeps): Router => {
  const router = Router();
  let board: Promise<Express> | undefined;
  router.use(BOARD_PATH, admitOperators(deps));
  router.get(`${BOARD_PATH}{/*path}`, async (req, res, next) => {
    // On Redis it would wait for a connection that may not come back.
    if (!deps.queueBoard.ready()) throw new UnavailableError('The queue');
    res.set(headers);
    board ??= loadBoard(deps, BOARD_PATH);
    const show = await board;
    // What the board calls its routes is nobody's business.
    nameRoutesFor(res, () => BOARD_PATH);
    // A body means nothing here: nor should it be read, and be refused.
    delete req.headers['content-type'];
    req.url = req.url.slice(BOARD_PATH.length) || '/';
    show(req, res, next);
  });
  router.use(BOARD_PATH, refuseOtherMethods('GET', 'HEAD'));
  return router;
};

/** A browser sends `Basic NAME:PASSWORD`: any name, and an operator's token as the password. */
const tokenOfBrowser = (req: Request): string | undefined => {
  const [, value] = /^basic[ \t]+(\S+)[ \t]*$/i.exec(req.get('authorization') ?? '') ?? [];
  if (value === undefined) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const token = text.slice(text.indexOf(':') + 1);
  return /^[\w.~-]+$/.test(token) ? token : undefined;
};

/** A page asks for a dozen things at once: those with credentials that were good are no tries. */
const BELIEVED_MS = 60_000;

const admitOperators = ({ identify, guesses }: BoardDeps): RequestHandler => {
  const good = new LRUCache<string, true>({ max: 100, ttl: BELIEVED_MS });
  const isOperator = async (header: string, ip: string | null): Promise<boolean> =>
    (await identify(header, () => ip))?.kind === 'operator';

  const admitBrowser = async (token: string, ip: string | null): Promise<boolean> => {
    const header = `Bearer ${token}`;
    const key = createHash('sha256').update(header).digest('base64');
    if (good.has(key) && (await isOperator(header, ip))) return true;
    good.delete(key);
    const right = await guardGuess(guesses, { email: 'operator', user: undefined, ip }, () => isOperator(header, ip));
    if (right) good.set(key, true);
    return right;
  };

  return async (req, _res, next) => {
    const ip = clientAddressOf(req);
    const token = tokenOfBrowser(req);
    if (token !== undefined) {
      // Never 403: a browser asks for other credentials at 401 only.
      if (!(await admitBrowser(token, ip))) throw new UnauthenticatedError();
      return next();
    }
    const header = req.get('authorization');
    const principal =
      header !== undefined && /^bearer[ \t]/i.test(header) ? await identify(header, () => ip) : undefined;
    if (!principal) throw new UnauthenticatedError();
    if (principal.kind !== 'operator')
      throw new ForbiddenError("This needs an operator's token (appyard operator create).");
    next();
  };
};
