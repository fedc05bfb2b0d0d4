import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

type Answer = (res: ServerResponse, number: number) => void;

/** A real HTTP server that somebody's deliveries go to. */
export interface Receiver {
  /** Without a slash at the end. */
  url: string;
  port: number;
  received: Received[];
  /** What the next requests are answered with; a number is a status. `number` counts from 1, from the last change. */
  answer(how: number | Answer): void;
  close(): Promise<void>;
}

/** Answers 200 to everything, until told otherwise. */
export const startReceiver = async (): Promise<Receiver> => {
  let how: Answer = (res) => res.end('ok');
  let number = 0;
  const received: Received[] = [];
  const server = createServer((req, res) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      received.push({ path: req.url ?? '', headers: req.headers, body });
      number += 1;
      how(res, number);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    answer(next) {
      number = 0;
      how = typeof next === 'number' ? (res) => res.writeHead(next).end(`answer ${next}`) : next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
