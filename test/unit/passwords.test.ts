import { hash, verify } from '@node-rs/argon2';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TooManyTriesError } from '../../src/errors.ts';
import { hashPassword, verifyPassword } from '../../src/secrets/passwords.ts';

/** The real ones; one of them fails when it is told to. */
vi.mock('@node-rs/argon2', async (importOriginal) => {
  const real = await importOriginal<{ hash: typeof hash; verify: typeof verify }>();
  return { hash: vi.fn<typeof hash>(real.hash), verify: vi.fn<typeof verify>(real.verify) };
});

describe('checking a password', () => {
  beforeEach(() => {
    vi.mocked(verify).mockClear();
  });

  it('works for users that are not there, once what it failed of before is over', async () => {
    vi.mocked(hash).mockRejectedValueOnce(new Error('out of memory'));
    await expect(verifyPassword(undefined, 'wrong horse')).rejects.toThrow('out of memory');
    await expect(verifyPassword(undefined, 'wrong horse')).resolves.toBe(false);
    await expect(verifyPassword(null, 'wrong horse')).resolves.toBe(false);
  });

  it('knows nobody by the password whose hash stands in for none', async () => {
    await expect(verifyPassword(null, 'nobody has this one')).resolves.toBe(false);
  });

  it('leaves two threads to others, lets fifty wait, and refuses the rest before any hash', async () => {
    const passwordHash = await hashPassword('correct horse');
    let [running, most] = [0, 0];
    const { verify: real } = await vi.importActual<{ verify: typeof verify }>('@node-rs/argon2');
    vi.mocked(verify).mockImplementation(async (...sent) => {
      most = Math.max(most, (running += 1));
      try {
        return await real(...sent);
      } finally {
        running -= 1;
      }
    });

    const tries = await Promise.allSettled(
      Array.from({ length: 80 }, (_, index) => verifyPassword(passwordHash, index % 2 ? 'correct horse' : 'wrong')),
    );
    expect(most).toBe(2);
    expect(verify).toHaveBeenCalledTimes(52);
    for (const [index, outcome] of tries.slice(0, 52).entries())
      expect(outcome).toEqual({ status: 'fulfilled', value: index % 2 === 1 });
    for (const outcome of tries.slice(52))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { status: 429, retryAfter: 1 } });
    expect(tries[52]).toHaveProperty('reason', expect.any(TooManyTriesError));

    await expect(verifyPassword(passwordHash, 'correct horse')).resolves.toBe(true);
  });
});
