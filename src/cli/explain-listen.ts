import type { Config } from '../config.ts';

/** Where a server could not listen. */
interface Place {
  host: string;
  port: number;
  /** The settings that say so. */
  hostSetting: string;
  portSetting: string;
}

/**
 * Runs `listen`, and says which setting is wrong when the address cannot be listened on.
 *
 * @throws Error
 */
export const listenOn = async <T>(
  { host, port, hostSetting, portSetting }: Place,
  listen: () => Promise<T>,
): Promise<T> => {
  try {
    return await listen();
  } catch (err) {
    const code = err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : '';
    if (code === 'EADDRINUSE')
      throw new Error(`port ${port} is taken; set ${portSetting} to another one.`, { cause: err });
    if (code === 'EACCES')
      throw new Error(`port ${port} may not be listened on; set ${portSetting} to one above 1023.`, { cause: err });
    if (['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(code))
      throw new Error(
        `${hostSetting} is "${host}", which is no address of this machine (${code}): set it to 127.0.0.1, or to 0.0.0.0 for all addresses.`,
        { cause: err },
      );
    throw err;
  }
};

/** Where the API listens. */
export const apiPlace = ({ host, port }: Pick<Config, 'host' | 'port'>): Place => ({
  host,
  port,
  hostSetting: 'HOST',
  portSetting: 'PORT',
});
