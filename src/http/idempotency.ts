import type { Request, Response } from 'express';
import type { Deps } from '../deps.ts';
import { invalidField } from '../errors.ts';
import { once, type Answer } from '../use-cases/once/once.ts';
import { userOf } from './auth.ts';

const HEADER = 'Idempotency-Key';
/** Visible ASCII. Node puts a header that was sent twice into one with a comma and a space between. */
const KEY = /^[\x21-\x7e]{1,255}$/;

interface Asked {
  /** Names the route; ids in its path stand among the fields. */
  route: string;
  /** All that is asked for, as it was understood: another value is another request. */
  fields: Readonly<Record<string, unknown>>;
  /** What takes long and can be done twice without harm; it is left out where the answer is known. */
  prepare?: () => Promise<void>;
  /** Headers of the answer, by its body: a repeat gets the same. */
  headers?: (body: never) => Record<string, string>;
}

/**
 * Answers a request that makes something: with a key, once, and every repeat with the same answer. Call it when the
 * request has been authenticated and parsed; without the header it costs nothing.
 *
 * @param work does it with the dependencies that it is given, not with those of the router.
 * @throws InvalidRequestError that names the header; whatever `once` throws.
 */
export const answerOnce = async (
  deps: Deps,
  { req, res }: { req: Request; res: Response },
  { route, fields, prepare, headers }: Asked,
  work: (deps: Deps) => Promise<Answer>,
): Promise<void> => {
  const key = req.get(HEADER);
  if (key === undefined) {
    await prepare?.();
    const { status, body } = await work(deps);
    res.set(headersOf(body, headers)).status(status).json(body);
    return;
  }
  if (!KEY.test(key)) throw invalidField(HEADER, 'must have 1 to 255 visible ASCII characters, without spaces');
  const { accountId } = userOf(res);
  const answer = await once(deps, { accountId, key, asked: { route, fields }, prepare, work });
  if (answer.replayed) res.set('Idempotency-Replayed', 'true');
  if (headers) res.set(headersOf(JSON.parse(answer.text), headers));
  res.status(answer.status).type('json').send(answer.text);
};

const headersOf = (body: unknown, headers: Asked['headers']): Record<string, string> => headers?.(body as never) ?? {};
