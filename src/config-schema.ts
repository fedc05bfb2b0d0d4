import { z } from 'zod';
import {
  allowPrivate,
  count,
  countOrNone,
  databaseUrl,
  limit,
  limitOrNone,
  redisUrl,
  secretsKeys,
  share,
  trustProxy,
  urlOf,
} from './config-values.ts';
import { verifiesCertificate } from './db/database-url.ts';
import { defaultLimits } from './domain/archive/limits.ts';
import { logLevels } from './logger.ts';

const variables = z.object({
  PORT: count(3000, 1, 65_535),
  HOST: z.string().default('127.0.0.1'),
  TRUST_PROXY: trustProxy,
  PUBLIC_URL: urlOf('http:', 'https:'),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  DATABASE_URL: databaseUrl,
  DATABASE_DIRECT_URL: databaseUrl,
  DATABASE_CA: z.string().optional(),
  DATABASE_PREPARED: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
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
export const environment = variables
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
  .refine((env) => env.DATABASE_DIRECT_URL === undefined || env.DATABASE_URL !== undefined, {
    path: ['DATABASE_DIRECT_URL'],
    error: 'is of use only with DATABASE_URL, which leads through a pooler',
    when: () => true,
  })
  .refine(
    (env) =>
      env.DATABASE_CA === undefined ||
      [env.DATABASE_URL, env.DATABASE_DIRECT_URL].some((url) => verifiesCertificate(url ?? '')),
    {
      path: ['DATABASE_CA'],
      error: 'is of use only with TLS: DATABASE_URL must have ?sslmode=verify-full (or require, verify-ca)',
      when: () => true,
    },
  )
  .refine((env) => env.REDIS_CA === undefined || /^rediss/i.test(env.REDIS_URL ?? ''), {
    path: ['REDIS_CA'],
    error: 'is of use only with TLS: REDIS_URL must begin with rediss',
    when: () => true,
  });
