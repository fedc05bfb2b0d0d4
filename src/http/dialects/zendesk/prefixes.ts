import type { Product } from '../../../domain/package/definition.ts';

/**
 * What may stand where the vendor's paths have their version. `v2` means all products; a product's name, or the name it
 * had before, means that product. Source: the vendor's command-line tool, which puts there what an app's manifest says.
 */
const slots: Record<string, Product | null> = {
  v2: null,
  support: 'support',
  chat: 'chat',
  standalone_chat: 'standalone_chat',
  sell: 'sell',
  zendesk: 'support',
  zopim: 'chat',
  lotus_box: 'standalone_chat',
};

/** What a body may call a product: as in a path. */
export const productWords = Object.keys(slots).filter((slot) => slots[slot] !== null);
/** Null for what is no product's name. */
export const productCalled = (word: string): Product | null => (Object.hasOwn(slots, word) ? slots[word]! : null);

export interface Prefix {
  /** E.g. `/api/sell`. */
  path: string;
  /** Null: all. */
  product: Product | null;
}

/** The last one has no version at all: the vendor's command-line tools create apps there, with scripts behind them. */
export const prefixes: Prefix[] = [
  ...Object.entries(slots).map(([slot, product]) => ({ path: `/api/${slot}`, product })),
  { path: '/api', product: null },
];

/** The same route has one name, whatever stands where the vendor has its version. */
export const withoutSlot = (path: string): string => {
  const slot = prefixes.find((prefix) => path === `${prefix.path}/apps` || path.startsWith(`${prefix.path}/apps/`));
  return slot ? `/api/{slot}${path.slice(slot.path.length)}` : path;
};
