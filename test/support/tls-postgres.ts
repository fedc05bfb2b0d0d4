import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { TLSSocket } from 'node:tls';

/** What a client sends first when it wants TLS: the length, and a number that stands for the request. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** A database that speaks TLS, as a managed one does: in front of one whose socket does not. */
export interface TlsPostgres {
  port: number;
  close(): Promise<void>;
}

/** @param material undefined: it refuses TLS. */
export const startTlsPostgres = async (
  socketPath: string,
  material: { cert: string; key: string } | undefined,
): Promise<TlsPostgres> => {
  const open = new Set<Socket>();
  const pass = (client: Socket | TLSSocket): void => {
    const database = connect(socketPath);
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  };
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client)).on('error', () => client.destroy());
    client.once('data', (first: Buffer) => {
      if (!first.equals(SSL_REQUEST)) {
        client.unshift(first);
        return pass(client);
      }
      client.write(material ? 'S' : 'N');
      if (material) pass(new TLSSocket(client, { isServer: true, ...material }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const client of open) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
