import { isIP } from 'node:net';
import type { Request } from 'express';

/** `192.0.2.1:443`, `[2001:db8::1]:443`, `[2001:db8::1]`: some proxies write an address so. */
const WITH_PORT = /^(?:([\d.]+):\d{1,5}|\[([\da-f:.]+)\](?::\d{1,5})?)$/i;

/**
 * Where a request comes from: what the trusted proxy says (TRUST_PROXY), without a port, or the socket's own address
 * where that is none. A proxy passes on what its client wrote into `X-Forwarded-For`, and that may be anything.
 */
export const clientAddressOf = ({ ip, socket }: Request): string | null => {
  const own = socket.remoteAddress ?? null;
  if (ip === undefined || ip === own) return own;
  const [, v4, v6] = WITH_PORT.exec(ip) ?? [];
  const address = v4 ?? v6 ?? ip;
  // A zone, which only means something on the proxy's machine, may be of any length.
  return isIP(address) !== 0 && !address.includes('%') ? address : own;
};
