import path from 'node:path';
import type { z } from 'zod';
import { environment } from './config-schema.ts';
import type { ArchiveLimits } from './domain/archive/limits.ts';
import type { Quotas } from './domain/quota.ts';
import type { LogLevel } from './logger.ts';

export interface Config {
  port: number;
  host: string;
  /** Where everything else finds this installation, without a slash at the end. */
  publicUrl: string;
  /** Undefined: plain HTTP. */
  tls: TlsFiles | undefined;
  /** Whose `X-Forwarded-For` is believed: a number of proxies, or their addresses. Empty: nobody's. */
  trustedProxies: number | string[];
  /** Undefined: the embedded Postgres of `dataDir`. */
  databaseUrl: string | undefined;
  /** Where the database is without a pooler between. Undefined: there is none. */
  databaseDirectUrl: string | undefined;
  /** Path of certificates in PEM that the one of the database may be signed by. Undefined: the well-known ones. */
  databaseCa: string | undefined;
  /** Whether statements of the queue are prepared by name. */
  databasePrepared: boolean;
  /** Undefined: the queue lives in Postgres. */
  redisUrl: string | undefined;
  /** Path of certificates in PEM that the one of Redis may be signed by. Undefined: the well-known ones. */
  redisCa: string | undefined;
  /** Of every key in Redis: several installations can share one. */
  redisPrefix: string;
  /** Absolute. */
  dataDir: string;
  blobUrl: string;
  /** 32 bytes each; the first one encrypts, all decrypt. Empty: made by `appyard start` and kept in `dataDir`. */
  secretsKeys: Buffer[];
  workerConcurrency: number;
  /** For the builds of a worker. Undefined: what the machine or the container allows. */
  buildMemoryBytes: number | undefined;
  /** Threads of the API that check packages for requests. */
  checkThreads: number;
  /** Jobs of one account that have their turn at the same time; the others wait for it in the database. */
  maxRunningPerAccount: number;
  /** Of one account in a minute. Undefined: as many as come. */
  rateLimits: { requests: number | undefined; polls: number | undefined };
  logLevel: LogLevel;
  limits: ArchiveLimits;
  /** Milliseconds: how long the body of a request may stand still, and how long that of an upload may take in all. */
  bodyTimes: { idleMs: number; uploadMs: number };
  /** What an account may have that has no quotas of its own. */
  quotas: Quotas;
  /** Of one attempt, in milliseconds. */
  buildTimeoutMs: number;
  installTimeoutMs: number;
  /** Of one exchange with a receiver, in milliseconds. */
  deliveryTimeoutMs: number;
  /** Where deliveries may go besides public addresses: nowhere, anywhere, or networks and addresses. */
  deliveryAllowPrivate: boolean | string[];
  /** Where the metrics and the probes of this process can be asked for; undefined: nowhere. */
  metrics: ListenAddress | undefined;
  /** Undefined: nothing is traced. */
  traces: TraceTarget | undefined;
  retention: Retention;
  bootstrap: Bootstrap;
}

interface ListenAddress {
  port: number;
  host: string;
}

/** Where traces go, and how many of them. */
export interface TraceTarget {
  /** Of the collector's OTLP over HTTP, without `/v1/traces`. */
  endpoint: string;
  /** Undefined: `appyard-` and what the process is. */
  serviceName: string | undefined;
  /** Of the traces that begin here, 0 to 1. */
  share: number;
}

/** How long what nobody needs any more is kept. */
export interface Retention {
  /** An upload that no build has used, and one whose build did not complete. */
  uploadsHours: number;
  /** Jobs that have ended; 0: for ever. */
  jobsDays: number;
  /** Entries of the audit log; 0: for ever. */
  auditDays: number;
  /** How long a blob that nothing refers to is left alone, twice. */
  blobGraceMinutes: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  certFile: string;
  keyFile: string;
  /** Made and renewed by `appyard start --https`; otherwise they are somebody's own, and only read. */
  development: boolean;
}

/** The first account, for a set-up without a person. What is missing is generated. */
export interface Bootstrap {
  account?: string | undefined;
  email?: string | undefined;
  password?: string | undefined;
  token?: string | undefined;
}

/** Every problem of the environment at once, one a line. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(['The settings in the environment cannot be used:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
  }
}

/**
 * The only reader of the environment. Spaces and line ends around a value do not count, but for those in a password. An
 * empty variable counts as unset.
 *
 * @param wish `https`: speak HTTPS also where the environment names no certificate.
 * @throws ConfigError with all problems.
 */
export const readConfig = (env: NodeJS.ProcessEnv = process.env, { https = false } = {}): Config => {
  const trimmed = Object.entries(env).map(
    ([name, value]) => [name, typeof value === 'string' ? trim(name, value) : value] as const,
  );
  const given = Object.fromEntries(trimmed.filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  return Object.freeze(toConfig(parsed.data, https));
};

/** A file of secrets often ends with a line end; a space may belong to a password. */
const trim = (name: string, value: string): string =>
  name === 'BOOTSTRAP_PASSWORD' ? value.replace(/[\r\n]+$/, '') : value.trim();

const toConfig = (env: z.infer<typeof environment>, https: boolean): Config => {
  const dataDir = path.resolve(env.DATA_DIR);
  const tls = tlsFilesOf(env, https ? dataDir : undefined);
  return {
    port: env.PORT,
    host: env.HOST,
    publicUrl: (env.PUBLIC_URL ?? `${tls ? 'https' : 'http'}://localhost:${env.PORT}`).replace(/\/+$/, ''),
    tls,
    trustedProxies: env.TRUST_PROXY,
    databaseUrl: env.DATABASE_URL,
    databaseDirectUrl: env.DATABASE_DIRECT_URL,
    databaseCa: env.DATABASE_CA === undefined ? undefined : path.resolve(env.DATABASE_CA),
    databasePrepared: env.DATABASE_PREPARED === 'on',
    redisUrl: env.REDIS_URL,
    redisCa: env.REDIS_CA === undefined ? undefined : path.resolve(env.REDIS_CA),
    redisPrefix: env.REDIS_PREFIX,
    dataDir,
    blobUrl: env.BLOB_URL ?? `file:${path.join(dataDir, 'blobs')}`,
    secretsKeys: env.SECRETS_KEY,
    workerConcurrency: env.WORKER_CONCURRENCY,
    buildMemoryBytes: env.BUILD_MEMORY_BYTES,
    checkThreads: env.CHECK_THREADS,
    maxRunningPerAccount: env.MAX_RUNNING_PER_ACCOUNT,
    rateLimits: { requests: env.RATE_LIMIT, polls: env.RATE_LIMIT_POLLS },
    logLevel: env.LOG_LEVEL,
    limits: limitsOf(env),
    bodyTimes: { idleMs: env.UPLOAD_IDLE_SECONDS * 1_000, uploadMs: env.UPLOAD_SECONDS * 1_000 },
    quotas: quotasOf(env),
    buildTimeoutMs: env.BUILD_TIMEOUT_MS,
    installTimeoutMs: env.INSTALL_TIMEOUT_MS,
    deliveryTimeoutMs: env.DELIVERY_TIMEOUT_MS,
    deliveryAllowPrivate: env.DELIVERY_ALLOW_PRIVATE,
    retention: {
      uploadsHours: env.KEEP_UPLOADS_HOURS,
      jobsDays: env.KEEP_JOBS_DAYS,
      auditDays: env.KEEP_AUDIT_DAYS,
      blobGraceMinutes: env.BLOB_GRACE_MINUTES,
    },
    metrics:
      env.METRICS_PORT === undefined ? undefined : { port: env.METRICS_PORT, host: env.METRICS_HOST ?? env.HOST },
    traces: tracesOf(env),
    bootstrap: {
      account: env.BOOTSTRAP_ACCOUNT,
      email: env.BOOTSTRAP_EMAIL,
      password: env.BOOTSTRAP_PASSWORD,
      token: env.BOOTSTRAP_TOKEN,
    },
  };
};

/** @param madeIn where a certificate for development may be kept; undefined: none is wanted. */
const tlsFilesOf = (env: z.infer<typeof environment>, madeIn: string | undefined): TlsFiles | undefined => {
  if (env.TLS_CERT !== undefined && env.TLS_KEY !== undefined)
    return { certFile: path.resolve(env.TLS_CERT), keyFile: path.resolve(env.TLS_KEY), development: false };
  if (madeIn === undefined) return undefined;
  return {
    certFile: path.join(madeIn, 'https-cert.pem'),
    keyFile: path.join(madeIn, 'https-key.pem'),
    development: true,
  };
};

const quotasOf = (env: z.infer<typeof environment>): Quotas => ({
  packages: env.QUOTA_PACKAGES ?? null,
  bytes: env.QUOTA_BYTES ?? null,
  apps: env.QUOTA_APPS ?? null,
  installations: env.QUOTA_INSTALLATIONS ?? null,
  policies: env.QUOTA_POLICIES,
  environments: env.QUOTA_ENVIRONMENTS,
  roles: env.QUOTA_ROLES,
  records: env.QUOTA_RECORDS,
  clients: env.QUOTA_CLIENTS,
  tokens: env.QUOTA_TOKENS,
  sessions: env.QUOTA_SESSIONS,
});

const tracesOf = (env: z.infer<typeof environment>): TraceTarget | undefined => {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '');
  return endpoint === undefined
    ? undefined
    : { endpoint, serviceName: env.OTEL_SERVICE_NAME, share: env.OTEL_TRACES_SAMPLER_ARG };
};

const limitsOf = (env: z.infer<typeof environment>): ArchiveLimits => ({
  maxPackageBytes: env.MAX_PACKAGE_BYTES,
  maxExpandedBytes: env.MAX_EXPANDED_BYTES,
  maxEntryBytes: env.MAX_ENTRY_BYTES,
  maxEntries: env.MAX_ENTRIES,
  maxRatio: env.MAX_RATIO,
  ratioFromBytes: env.RATIO_FROM_BYTES,
  maxPathPartBytes: env.MAX_PATH_PART_BYTES,
  maxPathBytes: env.MAX_PATH_BYTES,
  maxPathDepth: env.MAX_PATH_DEPTH,
  maxJsonBytes: env.MAX_JSON_BYTES,
  maxJsonDepth: env.MAX_JSON_DEPTH,
});
