import { Counter, type Registry } from 'prom-client';
import { REQUEST_BUCKETS } from './buckets.ts';
import { createTallies, type Tally } from './tally.ts';

interface ServedRequest {
  method: string;
  /** The pattern that the route was registered with: never a path, which would be a series for each id. */
  route: string;
  /** 499: whoever asked went away before the answer was complete. */
  status: number;
  ms: number;
}

export interface RequestMetrics {
  served(request: ServedRequest): void;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What requests of one kind count into. */
interface Served {
  labels: { method: string; route: string; status: string };
  count: number;
  times: Tally;
}

export const createRequestMetrics = (registry: Registry): RequestMetrics => {
  const timesOf = createTallies(registry, {
    name: 'appyard_http_request_duration_seconds',
    help: 'From the head of the request to the end of its answer.',
    buckets: REQUEST_BUCKETS,
  });
  const times = new Map<string, Tally>();
  const served = new Map<string, Served>();
  new Counter({
    name: 'appyard_http_requests_total',
    help: 'Requests answered, by the pattern of their route; 499: the client went away.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, count } of served.values()) this.inc(labels, count);
    },
  });
  const open = (method: string, route: string, status: string): Served => {
    const kind = `${method} ${route}`;
    const tally = times.get(kind) ?? timesOf({ method, route });
    times.set(kind, tally);
    return { labels: { method, route, status }, count: 0, times: tally };
  };
  return {
    served({ method: asked, route, status, ms }) {
      const method = METHODS.has(asked) ? asked : 'other';
      const key = `${method} ${status} ${route}`;
      let one = served.get(key);
      if (!one) served.set(key, (one = open(method, route, String(status))));
      one.count += 1;
      one.times.add(ms / 1_000);
    },
  };
};
