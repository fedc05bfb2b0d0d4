import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RefusingProxy {
  origin: string;
  /** When each request came, in milliseconds. */
  times: number[];
  close(): Promise<void>;
}

/** Answers the first requests as somebody in front of a server does who counts them, and hands the others on. */
export const startRefusingProxy = async (
  target: string,
  { refuse, status, headers, body }: { refuse: number; status: number; headers: Record<string, string>; body: string },
): Promise<RefusingProxy> => {
  const times: number[] = [];
  const server = createServer((req, res) => {
    times.push(performance.now());
    if (times.length <= refuse) {
      req.resume();
      res.writeHead(status, headers).end(body);
      return;
    }
    const onwards = request(target + req.url, { method: req.method!, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    onwards.on('error', (err) => res.destroy(err));
    req.pipe(onwards);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    times,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
