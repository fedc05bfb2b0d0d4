import type { Config } from '../config.ts';
import type { ApiServer } from '../http/server.ts';
import type { Logger } from '../logger.ts';
import { openTls } from './open-tls.ts';

/** At SIGHUP the files are read again: a renewed certificate needs no restart. What cannot be used changes nothing. */
export const renewOnHangup = (config: Config, server: ApiServer, log: Logger): void => {
  if (!config.tls) return;
  const renew = async (): Promise<void> => {
    const tls = await openTls(config);
    if (tls) server.useCertificate(tls);
    log.info('the certificate was read again');
  };
  process.on('SIGHUP', () => {
    renew().catch((err: unknown) => log.error('the certificate stays as it was', { err }));
  });
};
