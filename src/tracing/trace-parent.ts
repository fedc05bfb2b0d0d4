import {
  isSpanContextValid,
  isValidSpanId,
  isValidTraceId,
  trace,
  TraceFlags,
  type TextMapPropagator,
} from '@opentelemetry/api';

const HEADER = 'traceparent';
/** Version, trace, span, flags: https://www.w3.org/TR/trace-context/#traceparent-header; later versions append. */
const FORM = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Which trace something belongs to, and nothing else of it. The usual propagators carry `tracestate` and `baggage` along:
 * texts of whoever sends a request, which would then stand in the queue with the job.
 */
export const traceParentOnly: TextMapPropagator = {
  inject(context, carrier, setter) {
    const span = trace.getSpanContext(context);
    if (!span || !isSpanContextValid(span)) return;
    const sampled = (span.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
    setter.set(carrier, HEADER, `00-${span.traceId}-${span.spanId}-0${sampled ? 1 : 0}`);
  },
  extract(context, carrier, getter) {
    const header = getter.get(carrier, HEADER);
    const [, traceId, spanId, flags] = FORM.exec(String(header ?? '')) ?? [];
    if (traceId === undefined || spanId === undefined || flags === undefined) return context;
    if (!isValidTraceId(traceId) || !isValidSpanId(spanId)) return context;
    const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
    return trace.setSpanContext(context, { traceId, spanId, traceFlags, isRemote: true });
  },
  fields: () => [HEADER],
};
