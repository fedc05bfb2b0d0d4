import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { settingsOf } from '../../../src/http/dialects/kustomer/install-body.ts';

const many = (count: number): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, i]));
const faultOf = (given: Record<string, unknown>): unknown => {
  try {
    settingsOf(given);
    return undefined;
  } catch (err) {
    return err instanceof AppError ? err.details : err;
  }
};

describe('settings of an installation', () => {
  it('are called by their category too, up to 250 of them', () => {
    expect(settingsOf({ a: { b: 1 }, 'a.c': 2 })).toEqual({ 'a.b': 1, 'a.c': 2 });
    expect(Object.keys(settingsOf({ a: many(250) }))).toHaveLength(250);
  });

  it.each([
    ['a category that is too long', { ['a'.repeat(30_000)]: many(1_500) }, `settings.${'a'.repeat(200)}`],
    ['a name that is too long', { a: { ['b'.repeat(30_000)]: 1 } }, `settings.a.${'b'.repeat(198)}`],
    [
      'both too long together',
      { ['a'.repeat(100)]: { ['b'.repeat(100)]: 1 } },
      `settings.${'a'.repeat(100)}.${'b'.repeat(99)}`,
    ],
    ['a whole name that is too long', { [`a.${'b'.repeat(30_000)}`]: 1 }, `settings.a.${'b'.repeat(198)}`],
    ['no category', { '': { a: 1 } }, 'settings..a'],
    ['too many of them', { a: many(251) }, 'settings'],
  ])('are refused with %s', (_name, given, parameter) => expect(faultOf(given)).toEqual({ parameter }));

  // Each name put together with its category would be a gigabyte: minutes, without the limit.
  it('are refused at once where a category of a mebibyte has thousands of names', () => {
    const began = performance.now();
    expect(faultOf({ ['a'.repeat(900_000)]: many(10_000) })).toEqual({ parameter: `settings.${'a'.repeat(200)}` });
    expect(performance.now() - began).toBeLessThan(500);
  });
});
