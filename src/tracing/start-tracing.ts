import {
  context,
  diag,
  DiagLogLevel,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { TraceTarget } from '../config.ts';
import type { Logger } from '../logger.ts';
import { createSampler } from './sampler.ts';
import { traceParentOnly } from './trace-parent.ts';
import type { StepSpans, Tracing } from './tracing.ts';

export interface RunningTracing {
  tracing: Tracing;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Of sending one batch, in milliseconds: a collector that hangs must not hold up the end of the process. */
const EXPORT_MS = 3_000;

/**
 * Sends spans to a collector, in batches. For the whole process: OpenTelemetry is global.
 * Loaded only where traces are wanted: its libraries take some 40 ms and 15 MB.
 *
 * @param role the name of the service where none is configured: `appyard-ROLE`.
 */
export const startTracing = (
  { endpoint, serviceName, share }: TraceTarget,
  { role, log }: { role: string; log: Logger },
): RunningTracing => {
  diag.setLogger(collectorTrouble(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: EXPORT_MS });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName ?? `appyard-${role}` }),
    sampler: createSampler(share),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register({ propagator: traceParentOnly });
  return { tracing: createTracing(trace.getTracer('appyard')), close: () => provider.shutdown() };
};

/** Its own words may repeat an answer of the collector; that something was not sent is all there is to say. */
const collectorTrouble = (log: Logger) => {
  const tell = (): void => log.warn('traces not sent');
  const nothing = (): void => undefined;
  return { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing };
};

const createTracing = (tracer: Tracer): Tracing => ({
  request(headers) {
    const parent = propagation.extract(ROOT_CONTEXT, headers);
    const span = tracer.startSpan('request', { kind: SpanKind.SERVER }, parent);
    return {
      traceId: span.spanContext().traceId,
      run: (work) => context.with(trace.setSpan(parent, span), work),
      end(name, attributes, failed) {
        span.updateName(name).setAttributes(attributes);
        if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  },
  span: (name, work) =>
    tracer.startActiveSpan(name, async (span) => {
      try {
        return await work((attributes) => void span.setAttributes(attributes));
      } catch (err) {
        // What it says may be of the package, or of a setting: only what kind of error it was.
        span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', typeOf(err));
        throw err;
      } finally {
        span.end();
      }
    }),
  steps: () => stepsIn(tracer),
  current() {
    const carrier: { traceparent?: string } = {};
    propagation.inject(context.active(), carrier);
    return carrier.traceparent ?? null;
  },
  within: (traceparent, work) => context.with(propagation.extract(ROOT_CONTEXT, { traceparent }), work),
});

const stepsIn = (tracer: Tracer): StepSpans => {
  const parent = context.active();
  let open: Span | undefined;
  const end = (): void => {
    open?.end();
    open = undefined;
  };
  return {
    end,
    begin(name) {
      end();
      open = tracer.startSpan(name, {}, parent);
    },
  };
};

const typeOf = (err: unknown): string => {
  if (!(err instanceof Error)) return 'unknown';
  return 'code' in err && typeof err.code === 'string' ? err.code : err.name;
};
