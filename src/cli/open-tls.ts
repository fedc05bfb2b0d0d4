import type { Config } from '../config.ts';
import type { TlsMaterial } from '../http/server.ts';
import { hostOf, localHost } from './addresses.ts';
import { openDevelopmentCertificate } from './development-certificate.ts';
import { readTls } from './read-tls.ts';

/**
 * What the settings say HTTPS is served with; undefined: plain HTTP.
 *
 * @throws Error in one line when the files cannot be used.
 */
export const openTls = async (config: Config): Promise<TlsMaterial | undefined> => {
  if (!config.tls) return undefined;
  if (!config.tls.development) return readTls(config.tls);
  return openDevelopmentCertificate(config.tls, [localHost(config), hostOf(config.publicUrl)]);
};
