import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TlsFiles } from '../config.ts';
import type { TlsMaterial } from '../http/server.ts';
import { errorText } from '../error-text.ts';

/**
 * What HTTPS is served with.
 *
 * @throws Error in one line that names the setting: a file that cannot be read, that is not what it should be, or a key
 *   of another certificate.
 */
export const readTls = async ({ certFile, keyFile }: TlsFiles): Promise<TlsMaterial> => {
  const cert = await readCertificates('TLS_CERT', certFile);
  const key = await readPem('TLS_KEY', keyFile);
  const privateKey = readAs<KeyObject>('TLS_KEY', `${keyFile} is not a private key in PEM without a passphrase`, () =>
    createPrivateKey(key),
  );
  if (!new X509Certificate(cert).checkPrivateKey(privateKey))
    throw new Error(`TLS_KEY: ${keyFile} is not the private key of the certificate ${certFile}.`);
  return { cert, key };
};

/**
 * A file of certificates: those of authorities, say.
 *
 * @throws Error in one line that names the setting.
 */
export const readCertificates = async (setting: string, file: string): Promise<string> => {
  const pem = await readPem(setting, file);
  readAs(setting, `${file} is not a certificate in PEM`, () => new X509Certificate(pem));
  return pem;
};

const readPem = async (setting: string, file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (err) {
    throw new Error(`${setting}: ${file} cannot be read (${codeOf(err)}).`, { cause: err });
  }
};

const readAs = <T>(setting: string, otherwise: string, read: () => T): T => {
  try {
    return read();
  } catch (err) {
    throw new Error(`${setting}: ${otherwise} (${codeOf(err)}).`, { cause: err });
  }
};

const codeOf = (err: unknown): string =>
  err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : errorText(err);
