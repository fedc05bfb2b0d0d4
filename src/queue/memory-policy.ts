import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './connect-redis.ts';
import type { RedisPlace } from './redis-url.ts';

export type AskedPlace = RedisPlace & {
  /** Whether it is trusted by a certificate of its own (REDIS_CA). */
  hasCa: boolean;
};

/** Redis may throw away what it was given, and with it jobs. */
export class EvictionError extends Error {}

/**
 * Asks Redis whether it would rather refuse new jobs than forget old ones: by INFO, for managed ones forbid CONFIG. Of a
 * cluster each master is asked; one that does not answer, or does not say it, is not held to be wrong.
 *
 * @returns undefined: it does.
 */
export const findEviction = async (redis: RedisClient, place: AskedPlace): Promise<EvictionError | undefined> => {
  const masters = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const asked = await Promise.all(
    masters.map(async (node) => ({ node, policy: await policyOf(node).catch(() => undefined) })),
  );
  const wrong = asked.filter(({ policy }) => policy !== undefined && policy !== 'noeviction');
  if (wrong.length === 0) return undefined;
  const [first] = wrong.map(({ node, policy }) => `${at(node, place).join(':')} has maxmemory-policy ${policy!}`);
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
  return new EvictionError(
    [
      `Redis at ${first!}${more} and may forget jobs; it must be noeviction. Set it at once:`,
      ...wrong.map(({ node }) => `  ${mendingCommand(node, place)}`),
      'and for good, with this line in redis.conf (or among the parameters of a managed Redis):',
      '  maxmemory-policy noeviction',
    ].join('\n'),
  );
};

const policyOf = async (node: Redis): Promise<string | undefined> =>
  /^maxmemory_policy:(\S+)/m.exec(await node.info('memory'))?.[1];

/** Where it is; what a sentinel has named stands only in the connection. */
const at = (node: Redis, { kind }: RedisPlace): [host: string, port: number] =>
  kind === 'sentinel'
    ? [node.stream.remoteAddress ?? 'HOST', node.stream.remotePort ?? 6_379]
    : [node.options.host ?? 'HOST', node.options.port ?? 6_379];

const mendingCommand = (node: Redis, place: AskedPlace): string => {
  const [host, port] = at(node, place);
  return [
    `redis-cli -h ${host} -p ${port}`,
    ...(place.tls ? ['--tls'] : []),
    ...(place.hasCa ? ['--cacert "$REDIS_CA"'] : []),
    ...(place.username === undefined ? [] : [`--user ${place.username}`]),
    ...(place.password === undefined ? [] : ['--askpass']),
    'CONFIG SET maxmemory-policy noeviction',
  ].join(' ');
};
