import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../metrics/metrics.ts';

export interface OpsChecks {
  /** Why the process should be started anew; empty: it need not be. */
  problems: () => string[];
  /** The stores that cannot be reached, and whether it can work without them. */
  readiness: () => Promise<{ ready: boolean; missing: readonly string[] }>;
}

export interface OpsServer {
  port: number;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  contentType: string;
  text: string;
}

const json = (status: number, body: unknown): Answer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  text: JSON.stringify(body),
});

const routes = (metrics: Pick<Metrics, 'expose'>, checks: OpsChecks): Record<string, () => Promise<Answer>> => ({
  '/metrics': async () => ({ status: 200, ...(await metrics.expose()) }),
  '/livez': async () => {
    const problems = checks.problems();
    return problems.length === 0 ? json(200, { status: 'ok' }) : json(503, { status: 'stuck', problems });
  },
  '/readyz': async () => {
    const { ready, missing } = await checks.readiness();
    return json(ready ? 200 : 503, { status: ready ? 'ok' : 'away', missing });
  },
});

/**
 * Metrics and probes, for operators and orchestrators, on a port of its own that clients need not reach; any process has
 * it, a worker too. No credentials: it shows no tenant's data, but should not be published.
 *
 * @throws Error with code EADDRINUSE when the port is taken.
 */
export const startOpsServer = async (
  { port, host }: { port: number; host: string },
  metrics: Pick<Metrics, 'expose'>,
  checks: OpsChecks,
): Promise<OpsServer> => {
  const known = routes(metrics, checks);
  const server = createServer((req, res) => void answer(known, req, res));
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // Scrapers keep their connection.
      server.closeAllConnections();
      await closed;
    },
  };
};

const answer = async (
  known: Record<string, () => Promise<Answer>>,
  { method, url = '' }: IncomingMessage,
  res: ServerResponse,
): Promise<void> => {
  const [path = ''] = url.split('?', 1);
  const { status, contentType, text } = await answerOf(Object.hasOwn(known, path) ? known[path] : undefined, method);
  res.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...(status === 405 && { Allow: 'GET, HEAD' }),
  });
  res.end(method === 'HEAD' ? undefined : text);
};

const answerOf = async (route: (() => Promise<Answer>) | undefined, method: string | undefined): Promise<Answer> => {
  if (!route) return json(404, { error: 'not_found', description: 'There are /metrics, /livez and /readyz.' });
  if (method !== 'GET' && method !== 'HEAD')
    return json(405, { error: 'method_not_allowed', description: 'It can only be read.' });
  try {
    return await route();
  } catch {
    return json(500, { error: 'internal', description: 'It could not be read.' });
  }
};
