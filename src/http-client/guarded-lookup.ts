import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';

/** None of a host's addresses may be dialled. It does not say which they are: that is nobody's business outside. */
export class PrivateAddressError extends Error {
  constructor() {
    super('no address of the receiver may be dialled');
  }
}

/**
 * Stands between a name and the socket: what it gives is what is dialled, so there is no moment between the check and
 * the connection in which the name could come to mean something else.
 */
export const createGuardedLookup =
  (resolve: (name: string) => Promise<LookupAddress[]>, mayDial: AddressPolicy): LookupFunction =>
  (hostname, { all }, callback) => {
    resolve(hostname)
      .then((addresses) => {
        const allowed = addresses.filter(({ address }) => mayDial(address));
        if (allowed.length === 0) throw new PrivateAddressError();
        return allowed as [LookupAddress, ...LookupAddress[]];
      })
      .then(
        (allowed) => (all === true ? callback(null, allowed) : callback(null, allowed[0].address, allowed[0].family)),
        (err: NodeJS.ErrnoException) => callback(err, []),
      );
  };
