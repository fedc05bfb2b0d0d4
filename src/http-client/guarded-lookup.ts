import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';

/** Every address of a name, in the order in which they shall be tried. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (err: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

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
  (resolve: Resolve, mayDial: AddressPolicy): LookupFunction =>
  (hostname, { hints, family, all }, callback) => {
    // Names for families are an old form that the socket does not use.
    const wanted = {
      all: true,
      ...(hints !== undefined && { hints }),
      ...(typeof family === 'number' && { family }),
    } as const;
    resolve(hostname, wanted, (err, addresses) => {
      if (err) return callback(err, []);
      const allowed = addresses.filter(({ address }) => mayDial(address));
      const [first] = allowed;
      if (!first) return callback(new PrivateAddressError(), []);
      return all === true ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
