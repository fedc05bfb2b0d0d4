import { SpanKind } from '@opentelemetry/api';
import {
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-node';

/**
 * Which traces are kept: this share of those that begin here, and of others what their beginning decided.
 *
 * A trace never begins with something internal: BullMQ's workers look for jobs and for stalled ones every few seconds,
 * and each look would be a trace of its own.
 */
export const createSampler = (share: number): Sampler => {
  const ratio = new TraceIdRatioBasedSampler(share);
  const root: Sampler = {
    shouldSample: (context, traceId, _name, kind) =>
      kind === SpanKind.INTERNAL ? { decision: SamplingDecision.NOT_RECORD } : ratio.shouldSample(context, traceId),
    toString: () => `WorkOnly{${ratio.toString()}}`,
  };
  return new ParentBasedSampler({ root });
};
