import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { createFairQueue } from '../fair-queue.ts';
import type { Logger } from '../logger.ts';
import { accountIdOf } from './auth.ts';
import { requestIdOf } from './request-id.ts';

/** A list within a JSON document. */
export interface ListFrame {
  /** What stands before the items. */
  head: string;
  /** What stands behind them; called when they have all been read. */
  tail: () => string;
  /** Called before the headers are sent when the whole list has been read by then. */
  onWhole?: () => void;
}

/**
 * The lists of this process that read and present their next piece: so many at once, and of one account half as many. What
 * a list holds in memory meanwhile is many times the piece, so lists of large rows would take all of it together; and the
 * other accounts' lists do not wait for those of one.
 */
const AT_ONCE = 4;
const reading = createFairQueue({
  running: AT_ONCE,
  runningPerKey: AT_ONCE / 2,
  // Each request waits for one piece at a time: their number bounds the line.
  waiting: Number.POSITIVE_INFINITY,
  waitingPerKey: Number.POSITIVE_INFINITY,
  full: () => new Error('no place for a list'),
});

/** In characters: items are written together up to this length. A longer one is written by itself. */
const PIECE = 256 * 1024;

/**
 * Answers with a list that is read while it is written: each chunk of items, as JSON texts, is asked for when the client has
 * taken the one before. The first chunk is read before anything is written, so a failure there is an answer of its own.
 * A later failure ends the connection, so that nobody takes a part of the document for the whole.
 *
 * @param items from a generator, which ends early when the client disconnects.
 */
export const sendList = async (
  { log }: { log: Logger },
  { req, res }: { req: Request; res: Response },
  frame: ListFrame,
  items: AsyncIterable<readonly string[]>,
): Promise<void> => {
  const pieces = inTurn(res, piecesOf(frame, items));
  const first = await pieces.next();
  const second = await pieces.next();
  res.set('Content-Type', 'application/json; charset=utf-8');
  if (second.done === true) {
    frame.onWhole?.();
    const whole = Buffer.from(first.value ?? '');
    res.set('Content-Length', String(whole.length));
    return void res.end(whole);
  }
  if (req.method === 'HEAD') {
    await pieces.return();
    return void res.end();
  }
  try {
    await pipeline(from([first.value ?? '', second.value], pieces), res);
  } catch (err) {
    if (!isDisconnect(err)) log.error('an answer was broken off', { requestId: requestIdOf(res), err });
  }
};

/** Presents the rows of each chunk, as JSON texts. */
export const mapChunks = async function* <Row>(
  chunks: AsyncIterable<Row[]>,
  present: (rows: Row[]) => unknown[],
): AsyncGenerator<string[], void, undefined> {
  for await (const rows of chunks) yield present(rows).map((item) => JSON.stringify(item));
};

const piecesOf = async function* (
  { head, tail }: ListFrame,
  items: AsyncIterable<readonly string[]>,
): AsyncGenerator<string, void, undefined> {
  let piece = head;
  let separator = '';
  for await (const chunk of items) {
    for (const item of chunk) {
      piece += separator + item;
      separator = ',';
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece + tail();
};

/** Waits for its account's turn before each piece. */
const inTurn = async function* (
  res: Response,
  pieces: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<string, void, undefined> {
  const key = String(accountIdOf(res));
  try {
    for (;;) {
      const next = await reading.run(key, () => pieces.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await pieces.return();
  }
};

const from = async function* (read: string[], rest: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  yield* read;
  yield* rest;
};

/** Codes of a connection that the client has ended. */
const disconnects: ReadonlySet<unknown> = new Set([
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ECONNRESET',
  'EPIPE',
]);

const isDisconnect = (err: unknown): boolean => err instanceof Error && 'code' in err && disconnects.has(err.code);
