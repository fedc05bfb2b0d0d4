import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

interface RawRequest {
  path: string;
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: Buffer | string;
  /** Without a declared length. */
  chunked?: boolean;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request as it is written: fetch would tidy up the path, and set Host and lengths by itself. */
export const sendRaw = (
  origin: string,
  { path, method = 'GET', headers = {}, body, chunked = false }: RawRequest,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    // Node sends the body of a GET or DELETE without saying how long it is.
    const length = !chunked && body !== undefined ? { 'content-length': Buffer.byteLength(body) } : {};
    const options = { hostname, port, path, method, headers: { ...length, ...headers }, agent: false };
    const req = request(options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }));
    });
    req.on('error', reject);
    if (chunked && body !== undefined) req.write(body);
    req.end(chunked ? undefined : body);
  });

/** A connection on which a test writes what it likes. */
export const openSocket = (origin: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const socket = connect({ host: hostname, port: Number(port) }, () => resolve(socket));
    // The server may close it at any time.
    socket.on('error', reject);
  });

/** Everything the server answers until the text matches or the server closes the connection. */
export const answerOn = (socket: Socket, until: RegExp): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (until.test(text)) resolve(text);
    });
    socket.on('close', () => resolve(text));
  });

export const basic = (name: string, secret: string): string =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
