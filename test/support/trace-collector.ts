import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const attribute = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional(), intValue: z.number().optional() }),
});
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(attribute),
});
const resource = z.object({ attributes: z.array(attribute) });
const batch = z.object({
  resourceSpans: z.array(z.object({ resource, scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
});

export interface CollectedSpan extends Omit<z.infer<typeof spanSchema>, 'attributes'> {
  service: string;
  attributes: Record<string, string | number | undefined>;
}

/** A collector of traces that keeps what it is sent: OTLP over HTTP, as JSON. */
export interface TraceCollector {
  endpoint: string;
  spans: CollectedSpan[];
  /** Every body as it came. */
  bodies: string[];
  named(name: string): CollectedSpan[];
  /** From a span up to the first of its trace that was sent, each as `SERVICE: NAME`. */
  lineageOf(span: CollectedSpan): string[];
  close(): Promise<void>;
}

const valuesOf = (attributes: z.infer<typeof attribute>[]): CollectedSpan['attributes'] =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));

export const startTraceCollector = async (): Promise<TraceCollector> => {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      if (req.url !== '/v1/traces' || req.method !== 'POST') return res.writeHead(404).end();
      bodies.push(body);
      for (const { resource: of, scopeSpans } of batch.parse(JSON.parse(body)).resourceSpans)
        for (const span of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({
            ...span,
            service: String(valuesOf(of.attributes)['service.name']),
            attributes: valuesOf(span.attributes),
          });
      return res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lineageOf = (span: CollectedSpan): string[] => {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    return [`${span.service}: ${span.name}`, ...(parent ? lineageOf(parent) : [])];
  };
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    named: (name) => spans.filter((span) => span.name === name),
    lineageOf,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
