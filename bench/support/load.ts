import autocannon from 'autocannon';
import { cpuSeconds } from './process-size.ts';
import { quantile } from './statistics.ts';

/** What is asked for, over and over. */
export interface Asked {
  url: string;
  headers: Record<string, string>;
  /** The process that answers. */
  pid: number;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the process that answers, an answer. */
  cpuMicros: number;
}

const CONNECTIONS = 32;

/**
 * Keeps 32 connections busy for so many seconds.
 *
 * @throws Error when a request failed or was not answered with 2xx: such a figure would mean nothing.
 */
export const load = async ({ url, headers, pid }: Asked, seconds: number): Promise<LoadResult> => {
  // autocannon's own histogram keeps whole milliseconds; at 32 connections that is a tenth of the median.
  const times: number[] = [];
  const cpuBefore = cpuSeconds(pid);
  const run = autocannon({ url, headers, connections: CONNECTIONS, duration: seconds, sampleInt: 100 });
  run.on('response', (_client: unknown, _status: number, _bytes: number, ms: number) => times.push(ms));
  const { duration, errors, timeouts, non2xx } = await run;
  if (errors + timeouts + non2xx > 0 || times.length === 0)
    throw new Error(`${url}: ${errors} errors, ${timeouts} timeouts, ${non2xx} answers that are not 2xx`);
  return {
    perSecond: times.length / duration,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    cpuMicros: ((cpuSeconds(pid) - cpuBefore) / times.length) * 1e6,
  };
};
