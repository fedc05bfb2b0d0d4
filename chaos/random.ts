/** Random choices that can be made again: the same seed gives the same ones in the same order. */
export interface Random {
  /** From 0 up to 1, that not included. */
  next(): number;
  /** A whole number from 0 up to `n`, that not included. */
  below(n: number): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  /** @throws RangeError for an empty list. */
  pick<T>(items: readonly T[]): T;
  shuffle<T>(items: readonly T[]): T[];
  /** A sequence of its own: who draws from it does not shift the choices of others who run at the same time. */
  fork(label: string): Random;
}

export const MAX_SEED = 2 ** 32 - 1;

/** @param seed a whole number from 0 to 2^32 - 1. */
export const createRandom = (seed: number): Random => {
  const next = mulberry32(seed);
  const below = (n: number): number => Math.floor(next() * n);
  return {
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (probability) => next() < probability,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('nothing to choose from');
      return items[below(items.length)]!;
    },
    shuffle: (items) => {
      const left = [...items];
      return items.map(() => left.splice(below(left.length), 1)[0]!);
    },
    fork: (label) => createRandom(hash(`${seed}/${label}`)),
  };
};

/** Tommy Ettinger's generator: 32 bits of state, more than good enough to choose who is killed. */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** FNV-1a. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
};
