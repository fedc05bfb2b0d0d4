import path from 'node:path';
import { z } from 'zod';
import { defaultLimits, type ArchiveLimits } from './domain/archive/limits.ts';
import { logLevels, type LogLevel } from './logger.ts';

export interface Config {
  port: number;
  host: string;
  /** Where everything else finds this installation, without a slash at the end. */
  publicUrl: string;
  /** Undefined: the embedded Postgres of `dataDir`. */
  databaseUrl: string | undefined;
  /** Undefined: the queue lives in Postgres. */
  redisUrl: string | undefined;
  /** Of every key in Redis: several installations can share one. */
  redisPrefix: string;
  /** Absolute. */
  dataDir: string;
  blobUrl: string;
  /** 32 bytes each; the first one encrypts, all decrypt. Empty: made by `appyard start` and kept in `dataDir`. */
  secretsKeys: Buffer[];
  workerConcurrency: number;
  logLevel: LogLevel;
  limits: ArchiveLimits;
  /** Of one attempt, in milliseconds. */
  buildTimeoutMs: number;
  installTimeoutMs: number;
  bootstrap: Bootstrap;
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

const count = (fallback: number, min = 1, max = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`,
    })
    .transform(Number);

const urlOf = (...protocols: string[]) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    })
    .optional();

const secretsKeys = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((key) => key.trim())
      .filter((key) => key !== '')
      .map((key) => Buffer.from(key, /^[0-9a-f]{64}$/i.test(key) ? 'hex' : 'base64')),
  )
  .refine((keys) => keys.every((key) => key.length === 32), {
    error: 'must be 32 random bytes in base64 or hex (openssl rand -base64 32); several are separated by commas',
  });

const environment = z.object({
  PORT: count(3000, 1, 65_535),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: urlOf('http:', 'https:'),
  DATABASE_URL: urlOf('postgres:', 'postgresql:'),
  REDIS_URL: urlOf('redis:', 'rediss:'),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w{}-]{1,64}$/, { error: 'must have 1 to 64 of the characters A-Z a-z 0-9 _ - { }' })
    .default('appyard'),
  DATA_DIR: z.string().default('.appyard'),
  BLOB_URL: urlOf('file:', 's3:'),
  SECRETS_KEY: secretsKeys,
  WORKER_CONCURRENCY: count(2, 1, 64),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
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
  BUILD_TIMEOUT_MS: count(110_000),
  INSTALL_TIMEOUT_MS: count(900_000),
  BOOTSTRAP_ACCOUNT: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'must be a subdomain: a-z, 0-9 and hyphens' })
    .optional(),
  BOOTSTRAP_EMAIL: z.email({ error: 'must be an e-mail address' }).optional(),
  BOOTSTRAP_PASSWORD: z.string().min(8, { error: 'must have 8 characters or more' }).optional(),
  BOOTSTRAP_TOKEN: z.string().min(20, { error: 'must have 20 characters or more' }).optional(),
});

/**
 * The only reader of the environment. An empty variable counts as unset.
 *
 * @throws ConfigError with all problems.
 */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): Config => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  return Object.freeze(toConfig(parsed.data));
};

const toConfig = (env: z.infer<typeof environment>): Config => {
  const dataDir = path.resolve(env.DATA_DIR);
  return {
    port: env.PORT,
    host: env.HOST,
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ''),
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    redisPrefix: env.REDIS_PREFIX,
    dataDir,
    blobUrl: env.BLOB_URL ?? `file:${path.join(dataDir, 'blobs')}`,
    secretsKeys: env.SECRETS_KEY,
    workerConcurrency: env.WORKER_CONCURRENCY,
    logLevel: env.LOG_LEVEL,
    limits: limitsOf(env),
    buildTimeoutMs: env.BUILD_TIMEOUT_MS,
    installTimeoutMs: env.INSTALL_TIMEOUT_MS,
    bootstrap: {
      account: env.BOOTSTRAP_ACCOUNT,
      email: env.BOOTSTRAP_EMAIL,
      password: env.BOOTSTRAP_PASSWORD,
      token: env.BOOTSTRAP_TOKEN,
    },
  };
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
