import { describe, expect, it } from 'vitest';
import { continuationToken, readContinuationToken } from '../../../src/http/dialects/kontent/continuation.ts';

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const place = { accountId: 1, environmentId: 'f4b3fc05-e988-4dae-9ac1-a94aba566474' };

describe('a continuation token', () => {
  const token = continuationToken([first], place, 1_234);

  it('says where the next page begins', () => {
    for (const after of [0, 1, 1_234, Number.MAX_SAFE_INTEGER])
      expect(readContinuationToken([first], place, continuationToken([first], place, after))).toBe(after);
  });

  it('fits a header', () => expect(token).toMatch(/^[\w.-]{1,200}$/));

  it('is good for its own list alone', () => {
    expect(readContinuationToken([first], { ...place, accountId: 2 }, token)).toBeUndefined();
    expect(readContinuationToken([first], { ...place, environmentId: 'other' }, token)).toBeUndefined();
  });

  it('stays good while its key is among the keys, wherever it stands', () => {
    expect(readContinuationToken([second, first], place, token)).toBe(1_234);
    expect(readContinuationToken([second], place, token)).toBeUndefined();
    expect(readContinuationToken([], place, token)).toBeUndefined();
  });

  it('is worth nothing with any character changed, left out or added', () => {
    for (let i = 0; i < token.length; i++) {
      const other = token[i] === 'A' ? 'B' : 'A';
      expect(readContinuationToken([first], place, token.slice(0, i) + other + token.slice(i + 1))).toBeUndefined();
      expect(readContinuationToken([first], place, token.slice(0, i) + token.slice(i + 1))).toBeUndefined();
      expect(readContinuationToken([first], place, `${token.slice(0, i)}A${token.slice(i)}`)).toBeUndefined();
    }
    for (const wrong of ['', '.', 'MTIzNA', ` ${token}`, `${token}\n`])
      expect(readContinuationToken([first], place, wrong)).toBeUndefined();
  });
});
