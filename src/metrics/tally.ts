import type { Metric, Registry } from 'prom-client';

/** Times of one series, kept as a histogram. */
export interface Tally {
  add(seconds: number): void;
}

interface Series {
  labels: Record<string, string>;
  /** How many fell into each bucket, the one without a bound last. */
  counts: number[];
  sum: number;
}

/**
 * A histogram like the library's, for what happens thousands of times a second: that looks its labels up and checks them
 * each time, which costs a poll some 10 µs; this adds to a number, and is put into the library's form when it is read.
 *
 * @returns what gives the tally of a series: keep it.
 */
export const createTallies = (
  registry: Registry,
  { name, help, buckets }: { name: string; help: string; buckets: readonly number[] },
): ((labels: Record<string, string>) => Tally) => {
  const all: Series[] = [];
  const metric = {
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    get: async () => ({ name, help, type: 'histogram', values: all.flatMap((one) => valuesOf(name, buckets, one)) }),
  };
  // What a registry asks of a metric is these, whichever class it is of.
  registry.registerMetric(metric as unknown as Metric);
  return (labels) => {
    const series: Series = { labels, counts: Array<number>(buckets.length + 1).fill(0), sum: 0 };
    all.push(series);
    return {
      add(seconds) {
        let bucket = 0;
        while (bucket < buckets.length && seconds > buckets[bucket]!) bucket += 1;
        series.counts[bucket]! += 1;
        series.sum += seconds;
      },
    };
  };
};

const valuesOf = (name: string, buckets: readonly number[], { labels, counts, sum }: Series) => {
  let below = 0;
  const cumulative = counts.map((count, index) => {
    below += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(buckets[index] ?? '+Inf') }, value: below };
  });
  return [
    ...cumulative,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: below },
  ];
};
