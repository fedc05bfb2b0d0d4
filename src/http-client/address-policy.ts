import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What an operator allows besides public addresses: nothing, everything, or networks (`10.0.0.0/8`, `::1`). */
export type AllowPrivate = boolean | readonly string[];

export type AddressPolicy = (address: string) => boolean;

/** All that has been given out as ordinary addresses; the library takes what is special within it, and not beyond. */
const ordinaryIpv6 = ipaddr.parseCIDR('2000::/3');
/** The 6bone's, given back in 2006 (RFC 3701): whoever uses it does so within his own network. The library knows 6to4 and the other retired ones. */
const retiredIpv6 = ipaddr.parseCIDR('3ffe::/16');

/**
 * May this address be dialled? Public ones may. Loopback, private, link-local, shared (CGNAT), multicast, unspecified,
 * reserved, retired ones and those of documentation and tests may not, nor IPv6 that carries IPv4 inside (mapped, compatible,
 * NAT64, 6to4, Teredo): the way to a private address leads through these.
 *
 * @throws Error when a network cannot be read.
 */
export const createAddressPolicy = (allow: AllowPrivate): AddressPolicy => {
  if (allow === true) return (address) => isIP(address) > 0;
  const networks = (allow === false ? [] : allow).map(parseNetwork);
  return (text) => {
    if (isIP(text) === 0) return false;
    const address = ipaddr.parse(text);
    return isPublic(address) || networks.some((network) => isWithin(ipaddr.process(text), network));
  };
};

type Address = ReturnType<typeof ipaddr.parse>;
type Network = [Address, number];

const parseNetwork = (text: string): Network => {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
};

const isPublic = (address: Address): boolean =>
  address.range() === 'unicast' &&
  (address.kind() === 'ipv4' || (isWithin(address, ordinaryIpv6) && !isWithin(address, retiredIpv6)));

const isWithin = (address: Address, [network, bits]: Network): boolean =>
  // The library throws where the two are not of one kind.
  address.kind() === network.kind() && address.match(network, bits);
