import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

export interface BodyTimes {
  /** How long a client may send nothing in the middle of a body. */
  idleMs: number;
  /** For the whole body of an upload. */
  uploadMs: number;
}

/** For the whole body of every other request. */
const OTHER_MS = 300_000;
const CHECK_MS = 1_000;
/** For the client to read the answer before the connection is closed. */
const READ_MS = 1_000;

interface Arriving {
  req: IncomingMessage;
  res: ServerResponse;
  began: number;
  mostMs: number;
  uploadMs: number;
  /** When the last bytes came, and how many there were by then. */
  movedAt: number;
  bytes: number;
}

const arriving = new WeakMap<IncomingMessage, Arriving>();

/** Says that the body of a request did not arrive in time; the message is for the client. */
export class BodyTimeoutError extends Error {}

/**
 * Ends requests whose body stops to arrive, or takes too long altogether. Node's own limit, of the whole request, would end
 * each slow upload although its bytes keep coming. Requests without a body cost nothing here.
 *
 * @param refuse answers such a request, on its bare connection.
 */
export const limitBodyTime = (
  server: Server | TlsServer,
  times: BodyTimes,
  refuse: (err: BodyTimeoutError, req: IncomingMessage) => void,
): void => {
  const open = new Set<Arriving>();
  server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    if (req.headers['content-length'] === undefined && req.headers['transfer-encoding'] === undefined) return;
    const began = Date.now();
    const { uploadMs } = times;
    const one = { req, res, began, mostMs: OTHER_MS, uploadMs, movedAt: began, bytes: req.socket.bytesRead };
    open.add(one);
    arriving.set(req, one);
    req.once('close', () => open.delete(one));
  });
  const timer = setInterval(() => {
    for (const one of open) {
      const problem = one.req.complete || one.res.writableEnded ? undefined : problemOf(one, times);
      if (problem === undefined) continue;
      open.delete(one);
      if (one.res.headersSent) one.req.socket.destroy();
      else refuse(new BodyTimeoutError(problem), one.req);
      setTimeout(() => one.req.socket.destroy(), READ_MS).unref();
    }
  }, CHECK_MS).unref();
  server.once('close', () => clearInterval(timer));
};

const problemOf = (one: Arriving, { idleMs }: BodyTimes): string | undefined => {
  const now = Date.now();
  const { bytesRead } = one.req.socket;
  // While we have not read what is there, the client is not the one who waits.
  if (bytesRead !== one.bytes || one.req.readableLength >= one.req.readableHighWaterMark) {
    one.bytes = bytesRead;
    one.movedAt = now;
  }
  if (now - one.began > one.mostMs) return `The body did not arrive within ${one.mostMs / 1_000} seconds.`;
  if (now - one.movedAt > idleMs) return `No byte of the body arrived for ${idleMs / 1_000} seconds.`;
  return undefined;
};

/** Gives a request the time of an upload for its body. */
export const allowUploadTime = (req: IncomingMessage): void => {
  const one = arriving.get(req);
  if (one) one.mostMs = one.uploadMs;
};
