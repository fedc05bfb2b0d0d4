import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTls } from '../../src/cli/read-tls.ts';
import type { TlsFiles } from '../../src/config.ts';
import type { TlsMaterial } from '../../src/http/server.ts';
import { certificateFiles, makeCertificate } from '../support/certificates.ts';

describe('the files of TLS_CERT and TLS_KEY', () => {
  let files: TlsFiles;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ files, remove } = await certificateFiles());
  });
  afterEach(() => remove());

  const write = async ({ cert, key }: Partial<TlsMaterial>): Promise<void> => {
    if (cert !== undefined) await writeFile(files.certFile, cert);
    if (key !== undefined) await writeFile(files.keyFile, key);
  };
  const problem = async (): Promise<string> => {
    const error = await readTls(files).then(
      () => new Error('nothing is wrong'),
      (err: Error) => err,
    );
    expect(error.message).not.toContain('\n');
    return error.message.replaceAll(files.certFile, 'CERT').replaceAll(files.keyFile, 'KEY');
  };

  it('are given as they stand, with the certificates between this one and its root', async () => {
    const root = await makeCertificate('root.example.com');
    const { cert, key } = await makeCertificate('apps.example.com', { signedBy: root });
    await write({ cert: `${cert}\n${root.cert}`, key });
    expect(await readTls(files)).toEqual({ cert: `${cert}\n${root.cert}`, key });
  });

  it('are refused in one line that names the setting when they cannot be read', async () => {
    expect(await problem()).toBe('TLS_CERT: CERT cannot be read (ENOENT).');
    await write(await makeCertificate('apps.example.com').then(({ cert }) => ({ cert })));
    expect(await problem()).toBe('TLS_KEY: KEY cannot be read (ENOENT).');
  });

  it('are refused when they are something else', async () => {
    const { cert, key } = await makeCertificate('apps.example.com');
    await write({ cert: key, key: cert });
    expect(await problem()).toMatch(/^TLS_CERT: CERT is not a certificate in PEM \(.+\)\.$/);
    await write({ cert, key: cert });
    expect(await problem()).toMatch(/^TLS_KEY: KEY is not a private key in PEM without a passphrase \(.+\)\.$/);
    const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: cipher,
    });
    await write({ key: privateKey });
    expect(await problem()).toMatch(/^TLS_KEY: KEY is not a private key in PEM without a passphrase \(.+\)\.$/);
  });

  it('are refused when the key is that of another certificate', async () => {
    await write(await makeCertificate('apps.example.com'));
    await write(await makeCertificate('apps.example.com').then(({ key }) => ({ key })));
    expect(await problem()).toBe('TLS_KEY: KEY is not the private key of the certificate CERT.');
  });
});
