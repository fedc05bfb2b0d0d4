import { describe, expect, it } from 'vitest';
import { createAddressPolicy } from '../../src/http-client/address-policy.ts';

const hidden: Record<string, string[]> = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  private: ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fdff::1'],
  'link-local': ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%lo', 'febf::1', 'fec0::1'],
  shared: ['100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  broadcast: ['255.255.255.255'],
  reserved: ['192.0.0.1', '198.18.0.1', '198.19.255.255', '240.0.0.1', '100::1', '5f00::1', '4000::1', '::2:3'],
  retired: ['3ffe::1', '3ffe:ffff::1', '2001:10::1', '192.88.99.1', 'fec0::1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  'IPv4 mapped into IPv6': ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.169.254', '::ffff:8.8.8.8'],
  'IPv4 compatible IPv6': ['::127.0.0.1', '::7f00:1', '::a9fe:a9fe'],
  'IPv4 translated': ['::ffff:0:7f00:1', '64:ff9b::7f00:1', '64:ff9b::169.254.169.254', '64:ff9b:1::a00:1'],
  '6to4 and Teredo': ['2002:7f00:1::1', '2002:a9fe:a9fe::', '2001::1', '2001:0:7f00:1::'],
};

describe('the addresses that may be dialled', () => {
  const mayDial = createAddressPolicy(false);

  describe.each(Object.entries(hidden))('are not %s ones', (_kind, addresses) => {
    it.each(addresses)('%s', (address) => {
      expect(mayDial(address)).toBe(false);
    });
  });

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.128.0.1',
    '192.167.1.1',
    '2606:4700::1111',
    '2a00:1450::1',
  ])('are public ones: %s', (address) => {
    expect(mayDial(address)).toBe(true);
  });

  it.each(['', 'localhost', '127.1', '0x7f000001', '2130706433', '1.2.3.4.5'])('are addresses: %j is none', (text) => {
    expect(mayDial(text)).toBe(false);
    expect(createAddressPolicy(true)(text)).toBe(false);
  });

  it('are all of them where the operator says so', () => {
    for (const address of Object.values(hidden).flat()) expect(createAddressPolicy(true)(address)).toBe(true);
  });

  it('are those of the networks that the operator names, and the public ones', () => {
    const named = createAddressPolicy(['10.1.0.0/16', '192.168.7.7', 'fd00:1::/32', '::1']);
    for (const address of ['10.1.2.3', '192.168.7.7', 'fd00:1::5', '::1', '8.8.8.8', '::ffff:10.1.2.3'])
      expect([address, named(address)]).toEqual([address, true]);
    for (const address of ['10.2.0.1', '192.168.7.8', 'fd00:2::5', '127.0.0.1', '::ffff:10.2.0.1', '::2'])
      expect([address, named(address)]).toEqual([address, false]);
  });

  it('are not guessed from a network that cannot be read', () => {
    expect(() => createAddressPolicy(['10.0.0.0/99'])).toThrow('CIDR');
    expect(() => createAddressPolicy(['intranet'])).toThrow('neither IPv6 nor IPv4');
  });
});
