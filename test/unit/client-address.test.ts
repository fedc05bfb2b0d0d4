import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import { clientAddressOf } from '../../src/http/client-address.ts';

const OWN = '::ffff:10.0.0.1';

describe("a client's address", () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:50123', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    [OWN, OWN],
    ['<b>not an ip</b>', OWN],
    ['999.1.1.1', OWN],
    ['1.2.3.4.5:80', OWN],
    ['[::g]:80', OWN],
    ['unknown', OWN],
    ['', OWN],
    [`fe80::1%${'x'.repeat(5_000)}`, OWN],
    [undefined, OWN],
  ])('that the proxy gives as %j is %s', (ip, address) => {
    expect(clientAddressOf({ ip, socket: { remoteAddress: OWN } } as Request)).toBe(address);
  });

  it('is none where the connection is gone already', () => {
    expect(clientAddressOf({ ip: undefined, socket: {} } as Request)).toBeNull();
  });
});
