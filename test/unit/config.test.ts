import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const problemsOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (err) {
    if (err instanceof ConfigError) return err.message;
    throw err;
  }
  return '';
};

describe('the settings in the environment', () => {
  it('are all optional', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      logLevel: 'info',
    });
    expect(config).toMatchObject({
      databaseUrl: undefined,
      redisUrl: undefined,
      secretsKeys: [],
      workerConcurrency: 2,
    });
    expect(config.dataDir).toBe(path.resolve('.appyard'));
    expect(config.blobUrl).toBe(`file:${path.resolve('.appyard')}/blobs`);
    expect(config.limits).toMatchObject({ maxPackageBytes: 67_108_864, maxEntries: 10_000 });
  });

  it('open no port for metrics and trace nothing, unless they are told where', () => {
    expect(readConfig({})).toMatchObject({ metrics: undefined, traces: undefined });
    expect(readConfig({ METRICS_PORT: '9464', HOST: '0.0.0.0' }).metrics).toEqual({ port: 9464, host: '0.0.0.0' });
    expect(readConfig({ METRICS_PORT: '9464', METRICS_HOST: '::1' }).metrics).toEqual({ port: 9464, host: '::1' });
    const endpoint = 'http://collector:4318/';
    expect(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).traces).toEqual({
      endpoint: 'http://collector:4318',
      serviceName: undefined,
      share: 1,
    });
    const named = { OTEL_SERVICE_NAME: 'apps', OTEL_TRACES_SAMPLER_ARG: '0.05' };
    expect(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...named }).traces).toMatchObject({
      serviceName: 'apps',
      share: 0.05,
    });
  });

  it.each([
    ['METRICS_PORT', '0', 'must be a whole number from 1 to 65535'],
    ['METRICS_PORT', 'x', 'must be a whole number from 1 to 65535'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector:4317', 'must be a URL that begins with http:// or https://'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'must be a number from 0 to 1'],
    ['OTEL_TRACES_SAMPLER_ARG', '-1', 'must be a number from 0 to 1'],
  ])('refuse %s=%s', (name, value, words) => {
    expect(problemsOf({ [name]: value })).toContain(`${name} ${words}`);
  });

  it.each([
    ['', []],
    ['2', 2],
    ['loopback, 10.0.0.0/8,2001:db8::/32', ['loopback', '10.0.0.0/8', '2001:db8::/32']],
  ])('take TRUST_PROXY=%j as %j', (TRUST_PROXY, trustedProxies) => {
    expect(readConfig({ TRUST_PROXY })).toMatchObject({ trustedProxies });
  });

  it.each(['everyone', '10.0.0.0/33', '1.2.3', 'true', '-1'])('refuse TRUST_PROXY=%s', (TRUST_PROXY) => {
    expect(problemsOf({ TRUST_PROXY })).toContain('TRUST_PROXY must be the number of proxies in front');
  });

  it('take quotas: whole numbers, 0 too, and none where they are not set', () => {
    const records = { policies: 1_000, environments: 1_000, roles: 10_000, records: 10_000 };
    const access = { clients: 100, tokens: 1_000, sessions: 10_000 };
    const none = { packages: null, bytes: null, apps: null, installations: null, ...records, ...access };
    expect(readConfig({}).quotas).toEqual(none);
    expect(readConfig({ QUOTA_POLICIES: 'none', QUOTA_SESSIONS: '0' }).quotas).toMatchObject({
      policies: null,
      sessions: 0,
    });
    expect(problemsOf({ QUOTA_ROLES: 'all' })).toContain('QUOTA_ROLES must be a whole number from 0, or none');
    expect(readConfig({ QUOTA_APPS: '0', QUOTA_BYTES: '1000000000', QUOTA_PACKAGES: '' }).quotas).toEqual({
      ...none,
      apps: 0,
      bytes: 1_000_000_000,
    });
    for (const value of ['-1', '1.5', 'many', '1e3'])
      expect(problemsOf({ QUOTA_INSTALLATIONS: value })).toContain('QUOTA_INSTALLATIONS must be a whole number from 0');
  });

  it.each([
    ['', false],
    ['false', false],
    ['true', true],
    ['10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']],
  ])('take DELIVERY_ALLOW_PRIVATE=%j as %j', (DELIVERY_ALLOW_PRIVATE, deliveryAllowPrivate) => {
    expect(readConfig({ DELIVERY_ALLOW_PRIVATE })).toMatchObject({ deliveryAllowPrivate, deliveryTimeoutMs: 10_000 });
  });

  it.each(['yes', '10.0.0.0/33', '10.0.0.0/8/8', 'loopback', 'true,::1'])(
    'refuse DELIVERY_ALLOW_PRIVATE=%s',
    (DELIVERY_ALLOW_PRIVATE) => {
      expect(problemsOf({ DELIVERY_ALLOW_PRIVATE })).toContain('DELIVERY_ALLOW_PRIVATE must be true, false, or');
    },
  );

  it('are read with their units, and an empty one counts as unset', () => {
    const config = readConfig({
      PORT: '8080',
      PUBLIC_URL: 'https://apps.example.com/',
      REDIS_URL: '',
      SECRETS_KEY: `${'ab'.repeat(32)},${Buffer.alloc(32, 1).toString('base64')}`,
      MAX_PACKAGE_BYTES: '1000',
      BUILD_TIMEOUT_MS: '5',
    });
    expect(config).toMatchObject({ port: 8080, publicUrl: 'https://apps.example.com', redisUrl: undefined });
    expect(config.secretsKeys).toEqual([Buffer.alloc(32, 0xab), Buffer.alloc(32, 1)]);
    expect(config).toMatchObject({ buildTimeoutMs: 5, limits: { maxPackageBytes: 1000 } });
  });

  it('limit nothing unless they are told to', () => {
    expect(readConfig({}).rateLimits).toEqual({ requests: undefined, polls: undefined });
    expect(readConfig({ RATE_LIMIT: '600', RATE_LIMIT_POLLS: '6000' }).rateLimits).toEqual({
      requests: 600,
      polls: 6_000,
    });
    for (const name of ['RATE_LIMIT', 'RATE_LIMIT_POLLS'])
      for (const value of ['0', '-1', 'x', '1000000001'])
        expect(problemsOf({ [name]: value })).toContain(`${name} must be a whole number from 1 to 1000000000`);
  });

  it('name authorities for a Redis with TLS only', () => {
    expect(readConfig({ REDIS_URL: 'rediss+cluster://a', REDIS_CA: 'ca.pem' }).redisCa).toBe(path.resolve('ca.pem'));
    for (const REDIS_URL of ['', 'redis://a'])
      expect(problemsOf({ REDIS_URL, REDIS_CA: 'ca.pem' })).toContain('REDIS_CA is of use only with TLS');
  });

  it.each(['{', '}{', '{}', 'a{}b', '{a}{b}', '{{a}}'])('refuse the prefix %s, whose braces hold nothing', (prefix) => {
    expect(problemsOf({ REDIS_PREFIX: prefix })).toContain('REDIS_PREFIX must have something between { and }');
  });

  it.each(['appyard', '{a}', 'x-{a}_y'])('take the prefix %s', (prefix) => {
    expect(readConfig({ REDIS_PREFIX: prefix }).redisPrefix).toBe(prefix);
  });

  it('are refused with every problem at once, each with its name', () => {
    const message = problemsOf({
      PORT: 'x',
      REDIS_URL: 'http://localhost',
      DATABASE_URL: 'nope',
      SECRETS_KEY: 'short',
      LOG_LEVEL: 'loud',
      WORKER_CONCURRENCY: '0',
      BOOTSTRAP_ACCOUNT: 'No Good',
      BOOTSTRAP_EMAIL: 'nobody',
    });
    for (const name of ['PORT', 'REDIS_URL', 'DATABASE_URL', 'SECRETS_KEY', 'LOG_LEVEL', 'WORKER_CONCURRENCY'])
      expect(message).toMatch(new RegExp(`^  ${name} must`, 'm'));
    expect(message).toMatch(/BOOTSTRAP_ACCOUNT must be a subdomain/);
    expect(message).toMatch(/BOOTSTRAP_EMAIL must be an e-mail address/);
  });

  it('speak HTTPS where a certificate and its key are named, and only then, unless that is wished', () => {
    expect(readConfig({}).tls).toBeUndefined();
    const named = readConfig({ TLS_CERT: 'tls/cert.pem', TLS_KEY: '/tls/key.pem', PORT: '8443' }, { https: true });
    expect(named).toMatchObject({
      publicUrl: 'https://localhost:8443',
      tls: { certFile: path.resolve('tls/cert.pem'), keyFile: '/tls/key.pem', development: false },
    });
    const wished = readConfig({ DATA_DIR: '/data', TLS_CERT: '' }, { https: true });
    expect(wished).toMatchObject({
      publicUrl: 'https://localhost:3000',
      tls: { certFile: '/data/https-cert.pem', keyFile: '/data/https-key.pem', development: true },
    });
    expect(readConfig({ PUBLIC_URL: 'https://apps.example.com' }, { https: true }).publicUrl).toBe(
      'https://apps.example.com',
    );
  });

  it('name what is missing of a certificate and its key, among the other problems', () => {
    expect(problemsOf({ TLS_CERT: 'cert.pem' })).toMatch(/^  TLS_KEY is missing: TLS_CERT needs/m);
    const message = problemsOf({ TLS_KEY: 'key.pem', PORT: 'x' });
    expect(message).toMatch(/^  TLS_CERT is missing: TLS_KEY needs/m);
    expect(message).toMatch(/^  PORT must/m);
  });

  it.each(['0', '-1', '65536', '3.5', '1e3', '8 0'])('refuse the port %j', (PORT) => {
    expect(problemsOf({ PORT })).toContain('PORT must be a whole number from 1 to 65535');
  });
});
