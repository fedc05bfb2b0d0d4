import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

export interface NameServer {
  /** As a resolver takes it. */
  address: string;
  /** Names that were asked for, each as often as it was. */
  asked: string[];
  close(): Promise<void>;
}

/** IPv4 addresses; `nothing`: there is no such name; `silence`: no answer at all. */
type Answer = string[] | 'nothing' | 'silence';

const A = 1;

/** A real DNS server on UDP that knows what it is told (RFC 1035): one question, addresses of the type A. */
export const startNameServer = async (answerTo: (name: string) => Answer): Promise<NameServer> => {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query);
    asked.push(name);
    const answer = answerTo(name);
    if (answer === 'silence') return;
    const addresses = answer === 'nothing' || type !== A ? [] : answer.filter((one) => isIPv4(one));
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    // It is an answer, recursion was asked for and is there; 3: no such name.
    header.writeUInt16BE(answer === 'nothing' ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, ...bytesOf(address)]),
    );
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
};

const bytesOf = (address: string): number[] => address.split('.').map(Number);

const questionOf = (query: Buffer): { name: string; type: number; end: number } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString('latin1'));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
};
