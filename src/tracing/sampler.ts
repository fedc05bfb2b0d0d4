import { SpanKind } from '@opentelemetry/api';
import {
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-node';

/**
 * Which traces are kept: this share, whoever begins them: a caller who marks all of his as kept decides nothing here. The
 * share goes by the trace's id, so that API, queue and workers decide alike.
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
  return new ParentBasedSampler({ root, remoteParentSampled: ratio });
};
