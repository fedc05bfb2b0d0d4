import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** A client that sends nothing for so long has stopped, or has read the answer. */
const IDLE_MS = 5_000;

/**
 * Keeps a connection open for reading after its last answer until the client has sent the rest of its request. Closed at
 * once, it would be reset by what still arrives, and the client would lose the answer: a 413 to an upload with
 * `Connection: close`, for instance. What arrives is dropped, and a request may take no longer than any other one.
 */
export const lingerOnClose = (server: Pick<Server, 'prependListener'>): void => {
  const requests = new WeakMap<Socket, IncomingMessage>();
  server.prependListener('request', (req: IncomingMessage) => {
    const { socket } = req;
    if (!requests.has(socket)) {
      const closeAtOnce = socket.destroySoon.bind(socket);
      // Node calls this after the last answer of a connection.
      socket.destroySoon = () => {
        const last = requests.get(socket);
        if (!last || last.complete || socket.destroyed) return closeAtOnce();
        drain(last, socket);
      };
    }
    requests.set(socket, req);
  });
};

const drain = (req: IncomingMessage, socket: Socket): void => {
  socket.end();
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  req.once('end', () => socket.destroy());
  req.once('close', () => socket.destroy());
  req.unpipe();
  req.resume();
};
