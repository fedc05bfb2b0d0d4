import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Deps } from '../deps.ts';
import { createApp } from './app.ts';
import { BodyTimeoutError, limitBodyTime } from './body-time.ts';
import { withoutSlot } from './dialects/zendesk/prefixes.ts';
import { lingerOnClose } from './linger-on-close.ts';
import { observeRequests } from './observe-requests.ts';
import { nameRoutes } from './route-patterns.ts';

export interface ApiServer {
  /** The one it got, when it was told 0. */
  port: number;
  /** Serves another certificate from the next connection on; nothing to a server of plain HTTP. */
  useCertificate(tls: TlsMaterial): void;
  /** Stops listening, and waits for the answers that are under way. */
  close(): Promise<void>;
}

/** In PEM: the certificate, followed by those between it and its root where there are any, and its private key. */
export interface TlsMaterial {
  cert: string;
  key: string;
}

export interface ListenOptions {
  port: number;
  host: string;
  /** Undefined: plain HTTP. */
  tls?: TlsMaterial | undefined;
}

/** Of a whole request: none. {@link limitBodyTime} bounds how long a body takes, `headersTimeout` what comes before it. */
const REQUEST_TIMEOUT_MS = 0;
/** Longer than the idle time of the usual load balancers (60 s), or they would reuse a connection that is closing. */
const KEEP_ALIVE_MS = 65_000;
const IDLE_CHECK_MS = 50;
/** After this an open connection that has asked for nothing yet is not waited for. */
const SILENT_GRACE_MS = 1_000;
/**
 * Of the TLS handshake alone. Who says nothing after it, or on plain HTTP from the beginning, is sent away by Node's
 * `headersTimeout`: 60 s, and up to 30 more until it looks.
 */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** @throws Error with code EADDRINUSE when the port is taken. */
export const startServer = async (deps: Deps, { port, host, tls }: ListenOptions): Promise<ApiServer> => {
  const server = createListener(deps, tls);
  server.on('clientError', refuseUnreadable);
  limitBodyTime(server, deps.config.bodyTimes, (err, { socket }) => refuseUnreadable(err, socket));
  lingerOnClose(server);
  const silent = watchSilent(server);
  let closing = false;
  server.prependListener('request', (_req, res) => {
    if (closing) res.setHeader('Connection', 'close');
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    useCertificate(renewed) {
      if (server instanceof TlsServer) server.setSecureContext({ ...renewed, minVersion: MIN_TLS });
    },
    close: async () => {
      const closed = once(server, 'close');
      closing = true;
      server.close();
      // A connection whose request was under way is idle once that is answered, and would stay open for a minute.
      const timer = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      const grace = setTimeout(() => silent.forEach((socket) => socket.destroy()), SILENT_GRACE_MS);
      await closed;
      clearInterval(timer);
      clearTimeout(grace);
    },
  };
};

/**
 * The connections on which nothing was asked yet. Browsers open some in advance; Node counts them neither as idle nor,
 * once it closes, as late, and would wait for them without end.
 */
const watchSilent = (server: Server | TlsServer): ReadonlySet<Socket> => {
  const silent = new Set<Socket>();
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.prependListener('request', ({ socket }) => silent.delete(socket));
  return silent;
};

const MIN_TLS = 'TLSv1.2';

const createListener = (deps: Deps, tls: TlsMaterial | undefined): Server | TlsServer => {
  const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS };
  const app = createApp(deps);
  const listener = observeRequests(deps, app, () => nameRoutes(app.router, withoutSlot));
  if (!tls) return createServer(timeouts, listener);
  const secured = { ...tls, minVersion: MIN_TLS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS } as const;
  const server = createTlsServer({ ...timeouts, ...secured }, listener);
  // Plain HTTP, a scanner, a client that does not trust us: without a key in common there are no words to refuse them in.
  server.prependListener('tlsClientError', (_err, socket) => socket.destroy());
  return server;
};

const refusals: Record<string, [status: string, description: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
};

/** What is no HTTP never reaches a route; it is told so in the same words as there. */
const refuseUnreadable = (err: NodeJS.ErrnoException, socket: Duplex): void => {
  if (err.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, description] =
    err instanceof BodyTimeoutError
      ? ['408 Request Timeout', err.message]
      : (refusals[err.code ?? ''] ?? ['400 Bad Request', 'The request is not valid HTTP.']);
  const body = JSON.stringify({ error: 'malformed_request', description });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
};
