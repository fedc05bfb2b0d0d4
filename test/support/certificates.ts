import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import type { TlsFiles } from '../../src/config.ts';
import type { TlsMaterial } from '../../src/http/server.ts';

/** A folder of its own for a certificate and its key, neither of which is there yet. */
export const certificateFiles = async (): Promise<{ files: TlsFiles; remove: () => Promise<void> }> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'appyard-tls-'));
  return {
    files: { certFile: path.join(folder, 'cert.pem'), keyFile: path.join(folder, 'key.pem'), development: false },
    remove: () => rm(folder, { recursive: true }),
  };
};

interface CertificateOptions {
  ends?: Date;
  signedBy?: TlsMaterial;
  /** Whether it may sign others. */
  authority?: boolean;
}

/** Good for an hour, and signed by itself, unless said otherwise. */
export const makeCertificate = async (
  host: string,
  { ends = new Date(Date.now() + 3_600_000), signedBy, authority = false }: CertificateOptions = {},
): Promise<TlsMaterial> => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(ends.getTime() - 86_400_000),
    notAfterDate: ends,
    extensions: [
      { name: 'basicConstraints', cA: authority },
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
    ],
    ...(signedBy && { ca: signedBy }),
  });
  return { cert, key };
};
