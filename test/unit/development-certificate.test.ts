import { X509Certificate } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { coversHost, openDevelopmentCertificate } from '../../src/cli/development-certificate.ts';
import type { TlsFiles } from '../../src/config.ts';
import { certificateFiles, makeCertificate } from '../support/certificates.ts';

const DAY_MS = 86_400_000;

describe('the certificate for development', () => {
  let files: TlsFiles;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ files, remove } = await certificateFiles());
  });
  afterEach(async () => {
    vi.useRealTimers();
    await remove();
  });

  const open = (...hosts: string[]) => openDevelopmentCertificate(files, hosts);

  it("covers the machine's own names and those that are asked for, and may sign nothing else", async () => {
    const certificate = new X509Certificate((await open('apps.example.com', '10.0.0.7')).cert);
    const covered = ['localhost', '127.0.0.1', '::1', 'apps.example.com', '10.0.0.7'];
    const others = ['example.com', '127.0.0.2', 'acme.apps.example.com'];
    expect([...covered, ...others].filter((host) => coversHost(certificate, host))).toEqual(covered);
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY_MS;
    expect(days).toBeGreaterThan(300);
    expect(days).toBeLessThanOrEqual(825);
  });

  it('is kept: the key for its owner alone', async () => {
    const made = await open();
    expect(await readFile(files.certFile, 'utf8')).toBe(made.cert);
    expect(await readFile(files.keyFile, 'utf8')).toBe(made.key);
    expect((await stat(files.keyFile)).mode & 0o777).toBe(0o600);
    expect(await open()).toEqual(made);
  });

  it('is made anew for a host that it lacks', async () => {
    const made = await open();
    const wider = await open('apps.example.com');
    expect(wider.cert).not.toBe(made.cert);
    expect(await open('apps.example.com')).toEqual(wider);
    expect(await open()).toEqual(wider);
  });

  it('is made anew when less than a week is left of it', async () => {
    const made = await open();
    const ends = Date.parse(new X509Certificate(made.cert).validTo);
    vi.useFakeTimers({ toFake: ['Date'], now: ends - 7 * DAY_MS - 60_000 });
    expect(await open()).toEqual(made);
    vi.setSystemTime(ends - 7 * DAY_MS + 60_000);
    const renewed = await open();
    expect(Date.parse(new X509Certificate(renewed.cert).validTo)).toBeGreaterThan(ends + 300 * DAY_MS);
    expect(await open()).toEqual(renewed);
  });

  it.each([
    ['the certificate is damaged', () => writeFile(files.certFile, 'cut of')],
    ['the key is damaged', () => writeFile(files.keyFile, '')],
    ['the two do not fit', async () => writeFile(files.keyFile, (await makeCertificate('localhost')).key)],
  ])('is made anew when %s', async (_name, damage) => {
    const made = await open();
    await damage();
    const renewed = await open();
    expect(renewed.cert).not.toBe(made.cert);
    expect(await readFile(files.keyFile, 'utf8')).toBe(renewed.key);
    expect((await stat(files.keyFile)).mode & 0o777).toBe(0o600);
  });

  it('does not widen who may read the key when it is made anew', async () => {
    await open();
    await chmod(files.keyFile, 0o644);
    await open('apps.example.com');
    expect((await stat(files.keyFile)).mode & 0o777).toBe(0o600);
  });
});
