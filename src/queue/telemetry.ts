import type { Telemetry } from 'bullmq';

/** BullMQ's own spans: what is put into a queue, and each time a worker takes it, as parts of the request's trace. */
export const createQueueTelemetry = async (): Promise<Telemetry> => {
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'bullmq' });
};
