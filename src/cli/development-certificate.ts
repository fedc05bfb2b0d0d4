import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TlsFiles } from '../config.ts';
import type { TlsMaterial } from '../http/server.ts';
import { readIfThere, writePrivate } from './data-files.ts';
import { readTls } from './read-tls.ts';

const DAY_MS = 86_400_000;
/** Operating systems distrust what is valid for more than 825 days. */
const VALID_DAYS = 365;
/** One that ends sooner than this is made anew: nobody should meet the end in the middle of a day's work. */
const RENEW_DAYS = 7;

/** Names by which a machine reaches itself. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '::1'];

/**
 * The certificate of `appyard start --https`: for this machine's own names and `hosts`, kept in two files, and made anew
 * when they are missing or damaged, when it is about to end, or when it lacks a host. It signs itself but may sign
 * nothing else, so whoever trusts it trusts this one server.
 *
 * @param hosts names or addresses, without brackets.
 */
export const openDevelopmentCertificate = async (files: TlsFiles, hosts: string[]): Promise<TlsMaterial> => {
  const wanted = [...new Set([...LOCAL_HOSTS, ...hosts])];
  const kept = await readKept(files);
  if (kept && isGood(kept.cert, wanted)) return kept;
  const made = await makeCertificate(wanted);
  // The key first: after a crash in between, the two do not fit each other and are made anew.
  await writePrivate(files.keyFile, made.key, { replace: true });
  // Whoever runs the clients has to read it; it is sent to everyone who connects anyway.
  await writePrivate(files.certFile, made.cert, { replace: true, mode: 0o644 });
  return made;
};

const readKept = async (files: TlsFiles): Promise<TlsMaterial | undefined> => {
  if ((await readIfThere(files.certFile)) === undefined) return undefined;
  return readTls(files).catch(() => undefined);
};

const isGood = (cert: string, hosts: string[]): boolean => {
  const certificate = new X509Certificate(cert);
  const ends = Date.parse(certificate.validTo);
  return ends - Date.now() > RENEW_DAYS * DAY_MS && hosts.every((host) => coversHost(certificate, host));
};

/** @param host a name or an address, without brackets. */
export const coversHost = (certificate: X509Certificate, host: string): boolean =>
  (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;

/** The library is loaded only here: no other command and no other start has a use for it. */
const makeCertificate = async (hosts: string[]): Promise<TlsMaterial> => {
  const { generate } = await import('selfsigned');
  const altNames = hosts.map((host) =>
    isIP(host) ? ({ type: 7, ip: host } as const) : ({ type: 2, value: host } as const),
  );
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'Appyard development' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // A clock that is a little behind must not find it not valid yet.
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { cert, key };
};
