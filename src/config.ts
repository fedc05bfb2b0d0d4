import path from 'node:path';
import { z } from 'zod';
import {
  allowPrivate,
  count,
  countOrNone,
  limit,
  limitOrNone,
  redisUrl,
  secretsKeys,
  share,
  trustProxy,
  urlOf,
} from './config-values.ts';
import { defaultLimits, type ArchiveLimits } from './domain/archive/limits.ts';
import type { Quotas } from './domain/quota.ts';
import { logLevels, type LogLevel } from './logger.ts';

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

const variables = z.object({
  PORT: count(3000, 1, 65_535),
  HOST: z.string().default('127.0.0.1'),
  TRUST_PROXY: trustProxy,
  PUBLIC_URL: urlOf('http:', 'https:'),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  DATABASE_URL: urlOf('postgres:', 'postgresql:'),
  REDIS_URL: redisUrl,
  REDIS_CA: z.string().optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w{}-]{1,64}$/, { error: 'must have 1 to 64 of the characters A-Z a-z 0-9 _ - { }' })
    // In a cluster it is the hash tag, and there it is of use only where it encloses something.
    .regex(/^[^{}]*(\{[^{}]+\}[^{}]*)?$/, { error: 'must have something between { and }, once, or no braces' })
    .default('appyard'),
  DATA_DIR: z.string().default('.appyard'),
  BLOB_URL: urlOf('file:', 's3:'),
  SECRETS_KEY: secretsKeys,
  WORKER_CONCURRENCY: count(2, 1, 64),
  BUILD_MEMORY_BYTES: limit(),
  // With one, a slow package keeps the other accounts waiting.
  CHECK_THREADS: count(2, 1, 64),
  MAX_RUNNING_PER_ACCOUNT: count(20, 1, 10_000),
  // More than a Postgres integer holds are none.
  RATE_LIMIT: limit(1, 1_000_000_000),
  RATE_LIMIT_POLLS: limit(1, 1_000_000_000),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
  UPLOAD_IDLE_SECONDS: count(60, 1, 3_600),
  UPLOAD_SECONDS: count(3_600, 1, 86_400),
  MAX_PACKAGE_BYTES: count(defaultLimits.maxPackageBytes),
  MAX_EXPANDED_BYTES: count(defaultLimits.maxExpandedBytes),
  MAX_ENTRY_BYTES: count(defaultLimits.maxEntryBytes),
  MAX_ENTRIES: count(defaultLimits.maxEntries),
  MAX_RATIO: count(defaultLimits.maxRatio),
  RATIO_FROM_BYTES: count(defaultLimits.ratioFromBytes, 0),
  MAX_PATH_PART_BYTES: count(defaultLimits.maxPathPartBytes),
  MAX_PATH_BYTES: count(defaultLimits.maxPathBytes),
  MAX_PATH_DEPTH: count(defaultLimits.maxPathDepth),
  MAX_JSON_BYTES: count(defaultLimits.maxJsonBytes),
  MAX_JSON_DEPTH: count(defaultLimits.maxJsonDepth),
  QUOTA_PACKAGES: limit(0),
  QUOTA_BYTES: limit(0),
  QUOTA_APPS: limit(0),
  QUOTA_INSTALLATIONS: limit(0),
  QUOTA_POLICIES: limitOrNone(1_000),
  QUOTA_ENVIRONMENTS: limitOrNone(1_000),
  QUOTA_ROLES: limitOrNone(10_000),
  QUOTA_RECORDS: limitOrNone(10_000),
  QUOTA_CLIENTS: limitOrNone(100),
  QUOTA_TOKENS: limitOrNone(1_000),
  QUOTA_SESSIONS: limitOrNone(10_000),
  BUILD_TIMEOUT_MS: count(110_000),
  INSTALL_TIMEOUT_MS: count(900_000),
  DELIVERY_TIMEOUT_MS: count(10_000, 100, 120_000),
  DELIVERY_ALLOW_PRIVATE: allowPrivate,
  KEEP_UPLOADS_HOURS: count(24, 1, 8_760),
  KEEP_JOBS_DAYS: count(90, 0, 36_500),
  KEEP_AUDIT_DAYS: count(365, 0, 36_500),
  // Storing an upload that has arrived takes seconds and an attempt of a build 2 min; what takes longer than the grace is
  // done again.
  BLOB_GRACE_MINUTES: count(60, 10, 43_200),
  METRICS_PORT: countOrNone(1, 65_535),
  METRICS_HOST: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf('http:', 'https:'),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_SAMPLER_ARG: share(1),
  BOOTSTRAP_ACCOUNT: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'must be a subdomain: a-z, 0-9 and hyphens' })
    .optional(),
  BOOTSTRAP_EMAIL: z.email({ error: 'must be an e-mail address' }).optional(),
  BOOTSTRAP_PASSWORD: z.string().min(8, { error: 'must have 8 characters or more' }).optional(),
  BOOTSTRAP_TOKEN: z.string().min(20, { error: 'must have 20 characters or more' }).optional(),
});

/** The two of HTTPS: neither is of use without the other, and either alone is a slip that nobody wants to find out about later. */
const environment = variables
  .refine((env) => env.TLS_CERT === undefined || env.TLS_KEY !== undefined, {
    path: ['TLS_KEY'],
    error: 'is missing: TLS_CERT needs the file of its private key',
    when: () => true,
  })
  .refine((env) => env.TLS_KEY === undefined || env.TLS_CERT !== undefined, {
    path: ['TLS_CERT'],
    error: 'is missing: TLS_KEY needs the file of its certificate',
    when: () => true,
  })
  .refine((env) => env.REDIS_CA === undefined || /^rediss/i.test(env.REDIS_URL ?? ''), {
    path: ['REDIS_CA'],
    error: 'is of use only with TLS: REDIS_URL must begin with rediss',
    when: () => true,
  });

/**
 * The only reader of the environment. An empty variable counts as unset.
 *
 * @param wish `https`: speak HTTPS also where the environment names no certificate.
 * @throws ConfigError with all problems.
 */
export const readConfig = (env: NodeJS.ProcessEnv = process.env, { https = false } = {}): Config => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  return Object.freeze(toConfig(parsed.data, https));
};

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
