import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sendRequest } from '../../src/cli/send-request.ts';
import type { TlsFiles } from '../../src/config.ts';
import { isEmbeddedPostgresRunning } from '../../src/embedded/postgres-url.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { certificateFiles, makeCertificate } from '../support/certificates.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { createPrograms, type Programs } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';

/** Signs in as the command-line tool does, with nothing but its variables, and prints the names of the apps. */
const CLIENT = `
const { ZENDESK_SUBDOMAIN, ZENDESK_DOMAIN, ZENDESK_EMAIL, ZENDESK_API_TOKEN } = process.env;
const authorization = 'Basic ' + btoa(ZENDESK_EMAIL + '/token:' + ZENDESK_API_TOKEN);
fetch('https://' + ZENDESK_SUBDOMAIN + '.' + ZENDESK_DOMAIN + '/api/v2/apps.json', { headers: { authorization } })
  .then((answer) => answer.json())
  .then(({ apps }) => console.log(apps.map(({ name }) => name).join()))
  .catch((err) => console.log(err.cause.code));
`;

describe('appyard start --https', { timeout: 90_000 }, () => {
  let folder: string;
  let dataDir: string;
  let port: number;
  let programs: Programs;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-https-'));
    await chmod(folder, 0o755);
    dataDir = path.join(folder, "ada's data");
    port = await freePort();
    programs = createPrograms({ PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' });
  });
  afterEach(async () => {
    await programs.close();
    if (await isEmbeddedPostgresRunning(dataDir)) {
      const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined, sync: false });
      await postgres.stop();
    }
    await rm(folder, { recursive: true });
  });

  /** Runs the client in a shell after these lines, as a person would who copied them. */
  const clientAfter = async (lines: string[]): Promise<string> => {
    const script = [...lines, `exec '${process.execPath}' -e "$CLIENT"`].join('\n');
    const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', script], { env: { CLIENT } });
    return stdout.trim();
  };

  it('makes a certificate, pushes the example over it, and prints the lines that a client needs', async () => {
    const first = programs.start(['start', '--https']);
    await first.untilLine(new RegExp(`^Appyard is running at https://localhost:${port}$`));
    const page = await first.untilLine(/Its page:/);
    await first.untilLine(/^Press Ctrl-C to stop\.$/);
    first.kill('SIGINT');
    const { code, stdout, stderr } = await first.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n').filter((line) => line.startsWith('  export '));
    expect(lines[0]).toBe(`  export ZENDESK_SUBDOMAIN=127 ZENDESK_DOMAIN=0.0.1:${port}`);
    expect(lines).toHaveLength(3);

    const certFile = path.join(dataDir, 'https-cert.pem');
    const certificate = await readFile(certFile, 'utf8');
    expect((await stat(path.join(dataDir, 'https-key.pem'))).mode & 0o777).toBe(0o600);

    const second = programs.start(['start', '--https']);
    await second.untilLine(/^Press Ctrl-C to stop\.$/);
    expect(await readFile(certFile, 'utf8')).toBe(certificate);
    expect(await clientAfter(lines)).toBe('Hello World');
    // It is this certificate that makes the difference, and nothing else on this machine.
    expect(await clientAfter(lines.slice(0, 2))).toMatch(/^(DEPTH_ZERO_)?SELF_SIGNED_CERT/);
    const shown = await sendRequest(new Request(page.slice(page.indexOf('https://'))), certificate);
    expect(await shown.text()).toContain('<html');
    second.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
  });
});

describe('a certificate of their own', { timeout: 60_000 }, () => {
  let harness: Harness;
  let programs: Programs;
  let files: TlsFiles;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    programs = createPrograms({ ...harness.env, LOG_LEVEL: 'info' });
  });
  afterAll(async () => {
    await programs.close();
    await harness.close();
  });
  beforeEach(async () => {
    ({ files, remove } = await certificateFiles());
  });
  afterEach(() => remove());

  const settings = (): Record<string, string> => ({ TLS_CERT: files.certFile, TLS_KEY: files.keyFile });
  /** Puts a new certificate into the files, and says how to recognise it. */
  const renew = async (): Promise<string> => {
    const { cert, key } = await makeCertificate('apps.example.com');
    await writeFile(files.certFile, cert);
    await writeFile(files.keyFile, key);
    return new X509Certificate(cert).fingerprint256;
  };
  const servedAt = async (port: number): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerX509Certificate()!;
    socket.destroy();
    return fingerprint256;
  };

  it('is what api serves, and at SIGHUP the one that stands in the files by then', async () => {
    const port = await freePort();
    const first = await renew();
    const api = programs.start(['api'], { ...settings(), PORT: String(port) });
    await api.untilLine(/listening/);
    expect(await servedAt(port)).toBe(first);

    const second = await renew();
    expect(await servedAt(port)).toBe(first);
    api.kill('SIGHUP');
    await api.untilLine(/the certificate was read again/);
    expect(await servedAt(port)).toBe(second);

    await writeFile(files.keyFile, 'half of a');
    api.kill('SIGHUP');
    expect(await api.untilLine(/the certificate stays as it was/)).toContain('TLS_KEY');
    expect(await servedAt(port)).toBe(second);
    api.kill('SIGTERM');
    expect((await api.ended).code).toBe(0);
  });

  it.each(['api', 'worker'])('is not there for %s on plain HTTP, which SIGHUP shuts down', async (word) => {
    const running = programs.start([word], { ...harness.env, PORT: String(await freePort()), LOG_LEVEL: 'info' });
    await running.untilLine(/"(listening|working)"/);
    running.kill('SIGHUP');
    const { signal, stderr } = await running.ended;
    expect([signal, stderr]).toEqual(['SIGHUP', expect.stringContaining('"shutting down"')]);
    expect(stderr).not.toContain('not closed cleanly');
  });

  it('is what start --https serves too, and then it makes none', async () => {
    const port = await freePort();
    const served = await renew();
    const start = programs.start(['start', '--https'], { ...settings(), PORT: String(port) });
    await start.untilLine(/^Press Ctrl-C to stop\.$/);
    expect(await servedAt(port)).toBe(served);
    start.kill('SIGINT');
    expect((await start.ended).code).toBe(0);
    await expect(stat(path.join(harness.deps.config.dataDir, 'https-cert.pem'))).rejects.toThrow('ENOENT');
  });

  it.each(['api', 'start', 'start --https'])('ends %s in one line when it cannot be used', async (words) => {
    const ended = async (): Promise<string> => {
      const { code, stdout, stderr } = await programs.start(words.split(' '), settings()).ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      return stderr;
    };
    expect(await ended()).toBe(`appyard: TLS_CERT: ${files.certFile} cannot be read (ENOENT).\n`);
    await renew();
    await writeFile(files.keyFile, (await makeCertificate('apps.example.com')).key);
    expect(await ended()).toMatch(/^appyard: TLS_KEY: \S+ is not the private key of the certificate \S+\.\n$/);
  });
});
