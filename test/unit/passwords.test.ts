import { hash, verify } from '@node-rs/argon2';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TooManyTriesError } from '../../src/errors.ts';
import { hashPassword, verifyPassword, type PasswordSender } from '../../src/secrets/passwords.ts';

/** The real ones; one of them fails when it is told to. */
vi.mock('@node-rs/argon2', async (importOriginal) => {
  const real = await importOriginal<{ hash: typeof hash; verify: typeof verify }>();
  return { hash: vi.fn<typeof hash>(real.hash), verify: vi.fn<typeof verify>(real.verify) };
});

const from = (key: string, more: Partial<PasswordSender> = {}): PasswordSender => ({
  key,
  known: false,
  paceMs: 0,
  ...more,
});
const stranger = from('192.0.2.1');

describe('checking a password', () => {
  beforeEach(() => {
    vi.mocked(verify).mockClear();
  });

  it('works for users that are not there, once what it failed of before is over', async () => {
    vi.mocked(hash).mockRejectedValueOnce(new Error('out of memory'));
    await expect(verifyPassword(undefined, 'wrong horse', stranger)).rejects.toThrow('out of memory');
    await expect(verifyPassword(undefined, 'wrong horse', stranger)).resolves.toBe(false);
    await expect(verifyPassword(null, 'wrong horse', stranger)).resolves.toBe(false);
  });

  it('knows nobody by the password whose hash stands in for none', async () => {
    await expect(verifyPassword(null, 'nobody has this one', stranger)).resolves.toBe(false);
  });

  it('leaves two threads to others, lets 150 of one address wait, and refuses the rest before any hash', async () => {
    const passwordHash = await hashPassword('correct horse');
    let [running, most] = [0, 0];
    vi.mocked(verify).mockImplementation(async (_hash, password) => {
      most = Math.max(most, (running += 1));
      await new Promise(setImmediate);
      running -= 1;
      return password === 'correct horse';
    });
    const tries = Array.from({ length: 400 }, (_, index) => {
      const password = index % 2 ? 'correct horse' : 'wrong';
      return verifyPassword(passwordHash, password, from(`192.0.2.${index < 250 ? 1 : 2}`));
    });
    const outcomes = await Promise.allSettled(tries);
    expect(most).toBe(2);
    expect(verify).toHaveBeenCalledTimes(302);
    const served = [...outcomes.slice(0, 152), ...outcomes.slice(250)];
    expect(served).toEqual(served.map((_, index) => ({ status: 'fulfilled', value: index % 2 === 1 })));
    for (const outcome of outcomes.slice(152, 250))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { status: 429, retryAfter: 1 } });
    expect(outcomes[152]).toHaveProperty('reason', expect.any(TooManyTriesError));
  });

  it('checks the password of another address next, and that of a known user too, however many wait', async () => {
    const passwordHash = await hashPassword('correct horse');
    const order: string[] = [];
    vi.mocked(verify).mockImplementation(async (_hash, password) => {
      order.push(String(password));
      await new Promise(setImmediate);
      return false;
    });
    const crowd = Array.from({ length: 100 }, () => verifyPassword(passwordHash, 'crowd', stranger));
    const slow = from('192.0.2.9', { paceMs: 60_000 });
    const slowed = Array.from({ length: 3 }, () => verifyPassword(passwordHash, 'slow', slow));
    const known = verifyPassword(passwordHash, 'known', from('192.0.2.1 id 1', { known: true }));
    const other = verifyPassword(passwordHash, 'other', from('192.0.2.2'));
    await Promise.all([...crowd, ...slowed.slice(0, 2), known, other]);
    expect(order.indexOf('known')).toBeLessThan(6);
    expect(order.indexOf('other')).toBeLessThan(6);
    expect(order.filter((password) => password === 'slow')).toHaveLength(2);
  });
});
