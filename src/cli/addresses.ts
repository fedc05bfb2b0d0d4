import type { Config } from '../config.ts';

type Place = Pick<Config, 'host' | 'port' | 'tls' | 'publicUrl'>;

/** Where this machine reaches a server that listens on all its addresses. */
const listensEverywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '127.0.0.1' };

/** A name or an address, without brackets. */
export const localHost = ({ host }: Pick<Place, 'host'>): string => listensEverywhere[host] ?? host;

/** Where this machine itself finds the API: needs no name service and nothing in between. */
export const localUrl = (place: Place): string => {
  const host = localHost(place);
  return `${place.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${place.port}`;
};

/** The host of an address, without brackets. */
export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');
