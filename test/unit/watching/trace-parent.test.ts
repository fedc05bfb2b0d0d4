import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { traceParentOnly } from '../../../src/tracing/trace-parent.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

const extract = (traceparent: unknown) =>
  trace.getSpanContext(traceParentOnly.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter));

describe('the trace that something belongs to', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, 1],
    [`00-${TRACE}-${SPAN}-00`, 0],
    [`00-${TRACE}-${SPAN}-03`, 1],
    [`cc-${TRACE}-${SPAN}-01-what-a-later-version-has`, 1],
  ])('is read from %s', (header, traceFlags) => {
    expect(extract(header)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags, isRemote: true });
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}`,
  ])('is none in %j', (header) => {
    expect(extract(header)).toBeUndefined();
  });

  it('is all that is handed on: no text of whoever sent the request', () => {
    const sent = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=secret', baggage: 'user=secret' };
    const carrier: Record<string, string> = {};
    traceParentOnly.inject(
      traceParentOnly.extract(ROOT_CONTEXT, sent, defaultTextMapGetter),
      carrier,
      defaultTextMapSetter,
    );
    expect(carrier).toEqual({ traceparent: `00-${TRACE}-${SPAN}-01` });
  });
});
