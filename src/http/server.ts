import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Deps } from '../deps.ts';
import { createApp } from './app.ts';

export interface ApiServer {
  /** The one it got, when it was told 0. */
  port: number;
  /** Stops listening, and waits for the answers that are under way. */
  close(): Promise<void>;
}

/** Of a whole request, upload included, in milliseconds: also what bounds a body that never ends. */
const REQUEST_TIMEOUT_MS = 300_000;
/** Longer than the idle time of the usual load balancers (60 s), or they would reuse a connection that is closing. */
const KEEP_ALIVE_MS = 65_000;
const IDLE_CHECK_MS = 50;

/** @throws Error with code EADDRINUSE when the port is taken. */
export const startServer = async (deps: Deps, { port, host }: { port: number; host: string }): Promise<ApiServer> => {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS }, createApp(deps));
  server.on('clientError', refuseUnreadable);
  let closing = false;
  server.prependListener('request', (_req, res) => {
    if (closing) res.setHeader('Connection', 'close');
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      closing = true;
      server.close();
      // A connection whose request was under way is idle once that is answered, and would stay open for a minute.
      const timer = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      await closed;
      clearInterval(timer);
    },
  };
};

const refusals: Record<string, [status: string, description: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
};

/** What is no HTTP never reaches a route; it is told so in the same words as there. */
const refuseUnreadable = (err: NodeJS.ErrnoException, socket: Duplex): void => {
  if (err.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, description] = refusals[err.code ?? ''] ?? ['400 Bad Request', 'The request is not valid HTTP.'];
  const body = JSON.stringify({ error: 'malformed_request', description });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
};
