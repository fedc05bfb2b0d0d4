import type { IncomingHttpHeaders } from 'node:http';

/** Ids, numbers and words of the code. Never a path, a text somebody wrote, or anything secret. */
type SpanAttributes = Record<string, string | number | boolean>;

/** The span of a request that is being answered. */
export interface RequestSpan {
  /** 32 hex digits: under which the collector shows it. */
  traceId: string;
  /** Runs `work`; what it starts, now or later, is a part of this. */
  run(work: () => void): void;
  /** @param name e.g. `GET /api/appyard/v1/jobs/:id`. */
  end(name: string, attributes: SpanAttributes, failed: boolean): void;
}

/** The steps of what is being done: each one ends with the next. */
export interface StepSpans {
  begin: (name: string) => void;
  end: () => void;
}

/** What the rest of the program knows of traces. */
export interface Tracing {
  /** Begins the span of a request, as a part of the caller's trace where its headers name one (W3C `traceparent`). */
  request(headers: IncomingHttpHeaders): RequestSpan | undefined;
  /** Runs `work` as a part of whatever is being traced. @param tell adds to its attributes while it runs. */
  span<T>(name: string, work: (tell: (attributes: SpanAttributes) => void) => Promise<T>): Promise<T>;
  /** Steps of whatever is being traced now. */
  steps(): StepSpans;
  /** What is being traced now, as a W3C `traceparent`, to go on with it elsewhere and later; null: nothing is. */
  current(): string | null;
  /** Runs `work` as a part of what was {@link current} then, and of nothing that is now. @param then null: of nothing. */
  within<T>(then: string | null, work: () => T): T;
}

/** Traces nothing, and costs a call. */
export const noTracing: Tracing = {
  request: () => undefined,
  span: (_name, work) => work(() => undefined),
  steps: () => ({ begin: () => undefined, end: () => undefined }),
  current: () => null,
  within: (_then, work) => work(),
};
