import { Cluster, Redis } from 'ioredis';
import { jittered } from '../jitter.ts';
import type { RedisPlace } from './redis-url.ts';

export type RedisClient = Redis | Cluster;

/** Producers fail fast: a request waits for them. Workers wait as long as it takes. */
type Role = 'producer' | 'worker';

interface ConnectOptions {
  role: Role;
  /** Certificates in PEM that a server's may be signed by; undefined: the well-known ones. */
  ca: string | undefined;
  onError: (err: Error) => void;
}

/** How long a producer waits for its store, in milliseconds. */
export const PRODUCER_LIMIT_MS = 1_500;

/** The slots are asked for that often although nothing has failed: a producer that sends nothing meets no error. */
const SLOTS_REFRESH_MS = 5_000;

/** Two for each 0.1 s that a slot's node is away: a minute, then BullMQ tries again. */
const WORKER_REDIRECTIONS = 1_200;

/** A connection that finds its way back by itself, within two seconds of Redis being there again. */
export const connectRedis = (place: RedisPlace, { role, ca, onError }: ConnectOptions): RedisClient => {
  const redis = place.kind === 'cluster' ? openCluster(place, role, ca) : openServer(place, role, ca);
  redis.on('error', onError);
  // What a cluster tells of one node; its own error is that none can be reached.
  if (redis instanceof Cluster) redis.on('node error', onError);
  return redis;
};

const retryStrategy = (times: number): number => jittered(Math.min(50 * 2 ** Math.min(times - 1, 10), 2_000));

const limitsOf = (role: Role) =>
  role === 'producer'
    ? { maxRetriesPerRequest: 1, commandTimeout: PRODUCER_LIMIT_MS, connectTimeout: PRODUCER_LIMIT_MS }
    : { maxRetriesPerRequest: null };

const accessOf = ({ username, password, family, tls }: RedisPlace, ca: string | undefined) => ({
  family,
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  ...(tls && { tls: ca === undefined ? {} : { ca } }),
});

const openServer = (place: Exclude<RedisPlace, { kind: 'cluster' }>, role: Role, ca: string | undefined): Redis => {
  const access = accessOf(place, ca);
  return new Redis({
    ...access,
    ...limitsOf(role),
    retryStrategy,
    db: place.db,
    enableOfflineQueue: role === 'worker',
    ...(place.kind === 'standalone'
      ? place.nodes[0]
      : {
          sentinels: place.nodes,
          name: place.master,
          sentinelCommandTimeout: PRODUCER_LIMIT_MS,
          ...(place.sentinelUsername !== undefined && { sentinelUsername: place.sentinelUsername }),
          ...(place.sentinelPassword !== undefined && { sentinelPassword: place.sentinelPassword }),
          ...(access.tls && { sentinelTLS: access.tls, enableTLSForSentinelMode: true }),
          // A master that hangs, or whose machine is gone, never ends a connection: the sentinels say that it was replaced.
          failoverDetector: true,
          // 2: connect anew, and send the command again. It was a master when it was connected to.
          reconnectOnError: (err: Error) => (err.message.startsWith('READONLY') ? 2 : false),
        }),
  });
};

const openCluster = (place: Extract<RedisPlace, { kind: 'cluster' }>, role: Role, ca: string | undefined): Cluster =>
  new Cluster(place.nodes, {
    // While the cluster connects, or one of its nodes. Producers ask first whether it is there (`ready`), and never wait
    // longer than their limit.
    enableOfflineQueue: true,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    ...(role === 'producer'
      ? { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 }
      : {
          maxRedirections: WORKER_REDIRECTIONS,
          // With it, `connect` never ends where a cluster answers that it is down, although it comes up later; BullMQ
          // awaits it when it was kept waiting for more than six seconds, and the worker would take no job any more.
          enableReadyCheck: false,
        }),
    // A certificate is for a name: do not look it up and connect to the address.
    ...(place.tls && { dnsLookup: (name, callback) => callback(null, name) }),
    redisOptions: { ...accessOf(place, ca), ...limitsOf(role) },
  });
