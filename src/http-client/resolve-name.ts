import { promises as dns, type LookupAddress } from 'node:dns';
import { readFile } from 'node:fs/promises';
import type { AllowPrivate } from './address-policy.ts';

/**
 * Every address of a name, in the order in which they shall be tried.
 *
 * @param signal ends the look-up.
 * @throws Error with the `code` of the DNS: `ENOTFOUND`, `ESERVFAIL`, `ETIMEOUT` …
 */
export type ResolveName = (name: string, signal: AbortSignal) => Promise<LookupAddress[]>;

interface ResolverOptions {
  allowPrivate: AllowPrivate;
  /** Of one exchange: one question gets a third of it, so that an answer to the other one can still be used. */
  timeoutMs: number;
  /** Other name servers than the system's, and another hosts file: only for tests. */
  servers?: string[];
  hostsFile?: string;
}

/**
 * Asks the name servers itself. The system's own look-up (getaddrinfo) cannot be broken off, and libuv runs two of them
 * at a time: one account's dead name server would hold up every look-up of the process.
 *
 * Names of this machine and its network, which no name server outside has a say in, are left to the system where
 * deliveries may go there at all: those without a dot, `localhost` and those of the hosts file.
 */
export const createResolveName = (options: ResolverOptions): ResolveName => {
  const insideToo =
    options.allowPrivate === true || (options.allowPrivate !== false && options.allowPrivate.length > 0);
  return async (given, signal) => {
    const name = given.toLowerCase().replace(/\.$/, '');
    if (insideToo && (await isOfThisMachine(name, options.hostsFile))) return dns.lookup(name, { all: true });
    return isLocalhost(name) ? loopback : askServers(name, signal, options);
  };
};

// RFC 6761, 6.3: it is no question for a name server. The guard behind this refuses it.
const loopback: LookupAddress[] = [{ address: '127.0.0.1', family: 4 }];

const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

const isOfThisMachine = async (name: string, hostsFile: string | undefined): Promise<boolean> =>
  isLocalhost(name) || !name.includes('.') || (await namesIn(hostsFile ?? '/etc/hosts')).has(name);

/** Read each time, as the system does: it is small, and may change. */
const namesIn = async (file: string): Promise<Set<string>> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  return new Set(
    text.split('\n').flatMap((line) => line.replace(/#.*/, '').toLowerCase().trim().split(/\s+/).slice(1)),
  );
};

const askServers = async (
  name: string,
  signal: AbortSignal,
  { timeoutMs, servers }: ResolverOptions,
): Promise<LookupAddress[]> => {
  // One for each look-up: cancelling ends all that a resolver was asked.
  const resolver = new dns.Resolver({ timeout: Math.ceil(timeoutMs / 3), tries: 1 });
  if (servers) resolver.setServers(servers);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    // IPv4 first: every machine reaches that, and not all reach the other.
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = answers.flatMap((answer, at) =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: at === 0 ? 4 : 6 })) : [],
    );
    if (found.length > 0) return found;
    throw tellingReason(answers);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

/** That a name has no address of one kind says nothing where the other question failed. */
const tellingReason = (answers: PromiseSettledResult<unknown>[]): unknown => {
  const reasons = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
  return reasons.find((reason) => !('code' in reason && reason.code === 'ENODATA')) ?? reasons[0];
};
