import { beforeAll, describe, expect, it } from 'vitest';
import { zcliLines } from '../../src/cli/zcli-lines.ts';
import { readConfig } from '../../src/config.ts';
import type { TlsMaterial } from '../../src/http/server.ts';
import { makeCertificate } from '../support/certificates.ts';

const credentials = { email: 'ada@acme.example', token: 'appyard_x' };

describe('the lines for the command-line tool', () => {
  let named: TlsMaterial;
  let local: TlsMaterial;
  beforeAll(async () => {
    named = await makeCertificate('acme.apps.example.com');
    local = await makeCertificate('nothing.example');
  });

  const linesOf = (env: Record<string, string>, certificate: string, known = true): string[] =>
    zcliLines(readConfig({ TLS_CERT: '/tls/cert.pem', TLS_KEY: '/tls/key.pem', ...env }), {
      certificate,
      credentials: known ? credentials : undefined,
    });

  it('name the public address where the certificate is for that one', () => {
    expect(linesOf({ PUBLIC_URL: 'https://acme.apps.example.com:8443/' }, named.cert)).toEqual([
      'export ZENDESK_SUBDOMAIN=acme ZENDESK_DOMAIN=apps.example.com:8443',
      'export ZENDESK_EMAIL=ada@acme.example ZENDESK_API_TOKEN=appyard_x',
      'export NODE_EXTRA_CA_CERTS=/tls/cert.pem',
    ]);
    expect(linesOf({ PUBLIC_URL: 'https://acme.apps.example.com' }, named.cert)[0]).toBe(
      'export ZENDESK_SUBDOMAIN=acme ZENDESK_DOMAIN=apps.example.com',
    );
  });

  it('ask for no trust in a certificate that somebody else signed', async () => {
    const { cert } = await makeCertificate('acme.apps.example.com', { signedBy: local });
    expect(linesOf({ PUBLIC_URL: 'https://acme.apps.example.com' }, cert).join('\n')).not.toContain('CA_CERTS');
  });

  it('name nobody where nobody is known, and quote what a shell would split', () => {
    const env = { PUBLIC_URL: 'https://acme.apps.example.com', TLS_CERT: "/home/ada's/my cert.pem" };
    expect(linesOf(env, named.cert, false)).toEqual([
      'export ZENDESK_SUBDOMAIN=acme ZENDESK_DOMAIN=apps.example.com',
      String.raw`export NODE_EXTRA_CA_CERTS='/home/ada'\''s/my cert.pem'`,
    ]);
  });

  it('are not there where the certificate covers no address that the tool could use', () => {
    expect(linesOf({}, local.cert)).toEqual([]);
    expect(linesOf({ PUBLIC_URL: 'https://localhost:3000', HOST: '::1' }, local.cert)).toEqual([]);
  });
});
