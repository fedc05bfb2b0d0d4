import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import type { TlsMaterial } from '../../src/http/server.ts';
import { projectRoot } from '../../src/cli/project-root.ts';
import { freePort, isListening } from './redis-server.ts';
import { requireProgram } from './system-packages.ts';

export interface RunningNginx {
  port: number;
  /** What it logged as its errors. */
  errors(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Runs the real nginx with the example configuration, in which only the port, the certificate and the address of Appyard
 * are replaced.
 *
 * @throws Error when there is no nginx and none can be installed.
 */
export const startNginx = async (appyard: string, { cert, key }: TlsMaterial): Promise<RunningNginx> => {
  const program = requireProgram('nginx', { apt: 'nginx-light', brew: 'nginx' });
  const folder = await mkdtemp(path.join(tmpdir(), 'appyard-nginx-'));
  const port = await freePort();
  const example = await readFile(path.join(projectRoot, 'deploy/proxies/nginx.conf'), 'utf8');
  const site = example
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('server 127.0.0.1:3000', `server ${appyard}`)
    .replace('/etc/nginx/tls/appyard.pem', path.join(folder, 'cert.pem'))
    .replace('/etc/nginx/tls/appyard.key', path.join(folder, 'key.pem'));
  await writeFile(path.join(folder, 'site.conf'), site);
  await writeFile(path.join(folder, 'cert.pem'), cert);
  await writeFile(path.join(folder, 'key.pem'), key);
  await writeFile(path.join(folder, 'nginx.conf'), MAIN);
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'errors.log'];
  const server = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const errors = () => readFile(path.join(folder, 'errors.log'), 'utf8').catch(() => '');
  await vi.waitFor(() => isListening(port), { timeout: 20_000 });
  return {
    port,
    errors,
    async stop() {
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
};

/** What a distribution puts around it, in one process and one folder. */
const MAIN = `
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include site.conf;
}
`;
