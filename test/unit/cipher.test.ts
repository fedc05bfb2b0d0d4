import { describe, expect, it } from 'vitest';
import { createCipher, keyIdOf, sealedWith } from '../../src/secrets/cipher.ts';

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

describe('a sealed value', () => {
  it('opens for the place it was sealed for, and shows nothing of its text', () => {
    const cipher = createCipher([first]);
    const sealed = cipher.seal('hunter2 ☂', '1:token');
    expect(sealed).not.toContain('hunter2');
    expect(cipher.open(sealed, '1:token')).toBe('hunter2 ☂');
    expect(() => cipher.open(sealed, '2:token')).toThrow(/authenticate/);
  });

  it('is never sealed the same way twice', () => {
    const cipher = createCipher([first]);
    expect(cipher.seal('x', 'c')).not.toBe(cipher.seal('x', 'c'));
  });

  it('opens after the key was replaced, as long as the old one is among the keys', () => {
    const sealed = createCipher([first]).seal('x', 'c');
    expect(createCipher([second, first]).open(sealed, 'c')).toBe('x');
    expect(() => createCipher([second]).open(sealed, 'c')).toThrow(/is not among SECRETS_KEY/);
  });

  it('says by which key it was sealed, and the id gives nothing of the key away', () => {
    const cipher = createCipher([second, first]);
    expect(cipher.keyIds).toEqual([keyIdOf(second), keyIdOf(first)]);
    expect(sealedWith(cipher.seal('x', 'c'))).toBe(keyIdOf(second));
    expect(keyIdOf(first)).toMatch(/^[0-9a-f]{8}$/);
    expect(first.toString('hex')).not.toContain(keyIdOf(first));
  });

  it('does not open when a byte was changed', () => {
    const cipher = createCipher([first]);
    const [id = '', data = ''] = cipher.seal('some text', 'c').split('.');
    const bytes = Buffer.from(data, 'base64');
    for (let i = 0; i < bytes.length; i += 1) {
      const bent = Buffer.from(bytes);
      bent[i]! ^= 1;
      expect(() => cipher.open(`${id}.${bent.toString('base64')}`, 'c')).toThrow(/authenticate|authentication tag/i);
    }
  });
});

describe('keys for another use', () => {
  it('are the same each time, one for each key, and another one for each use', () => {
    const cipher = createCipher([first, second]);
    const keys = cipher.keysFor('tokens');
    expect(keys).toEqual(createCipher([first, second]).keysFor('tokens'));
    expect(keys.map(({ length }) => length)).toEqual([32, 32]);
    const all = [...keys, ...cipher.keysFor('other tokens'), first, second].map((key) => key.toString('hex'));
    expect(new Set(all).size).toBe(6);
  });
});
