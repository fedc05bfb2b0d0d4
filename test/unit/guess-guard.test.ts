import { describe, expect, it } from 'vitest';
import { createGuessGuard, guardGuess, type Guess } from '../../src/use-cases/guess-guard.ts';

describe('the guard against guessing', () => {
  const start = () => {
    const clock = { time: 1_000, now: () => clock.time };
    return { clock, guard: createGuessGuard(clock) };
  };
  const guess = (overrides: Partial<Guess> = {}): Guess => ({
    email: 'a@b.example',
    user: { id: 1 },
    ip: '192.0.2.1',
    ...overrides,
  });
  const place = (number: number): string => `192.0.2.${number}`;

  it('lets five tries pass, then none for what is left of a minute', () => {
    const { clock, guard } = start();
    for (let tries = 0; tries < 5; tries += 1) expect(guard.countTry(guess())).toBe(0);
    expect(guard.countTry(guess())).toBe(60);
    clock.time += 59_500;
    expect(guard.countTry(guess())).toBe(1);
    clock.time += 501;
    expect(guard.countTry(guess())).toBe(0);
  });

  it('makes no wait longer because somebody goes on trying', () => {
    const { clock, guard } = start();
    for (let tries = 0; tries < 5; tries += 1) guard.countTry(guess());
    for (let second = 0; second < 60; second += 1) {
      expect(guard.countTry(guess())).toBe(60 - second);
      clock.time += 1_000;
    }
    clock.time += 1;
    expect(guard.countTry(guess())).toBe(0);
  });

  it('counts a user as one, however the address is spelt, and others apart', () => {
    const { guard } = start();
    for (const email of ['a@b.example', 'A@B.example', 'ADMİN@b.example', 'admin@b.example', 'x'])
      expect(guard.countTry(guess({ email }))).toBe(0);
    expect(guard.countTry(guess())).toBe(60);
    expect(guard.countTry(guess({ user: { id: 2 } }))).toBe(0);
  });

  it('counts an address that nobody has by itself, in any letter case', () => {
    const { guard } = start();
    for (let tries = 0; tries < 5; tries += 1)
      expect(guard.countTry(guess({ user: undefined, email: tries % 2 ? 'a@b.example' : 'A@B.example' }))).toBe(0);
    expect(guard.countTry(guess({ user: undefined }))).toBe(60);
    expect(guard.countTry(guess({ user: undefined, email: 'c@b.example' }))).toBe(0);
    expect(guard.countTry(guess())).toBe(0);
  });

  it('keeps nobody out who signs in from another place, until there are thirty tries from all of them', () => {
    const { guard } = start();
    for (let number = 0; number < 30; number += 1) {
      expect(guard.countTry(guess({ ip: place(Math.floor(number / 5)) }))).toBe(0);
    }
    expect(guard.countTry(guess({ ip: place(200), user: { id: 2 } }))).toBe(0);
    expect(guard.countTry(guess({ ip: place(200) }))).toBe(60);
  });

  it('keeps nobody out of the place where the password was known, whatever comes from elsewhere', () => {
    const { clock, guard } = start();
    guard.trust(guess());
    for (let number = 2; number < 60; number += 1) guard.countTry(guess({ ip: place(number) }));
    expect(guard.countTry(guess({ ip: place(99) }))).toBe(60);
    for (let tries = 0; tries < 5; tries += 1) expect(guard.countTry(guess())).toBe(0);
    expect(guard.countTry(guess())).toBe(60);
    clock.time += 86_400_001;
    for (let number = 2; number < 32; number += 1) guard.countTry(guess({ ip: place(number) }));
    expect(guard.countTry(guess())).toBe(60);
  });

  it.each([
    ['a network of IPv6', '2001:db8:1:2::1', '2001:DB8:1:2:ffff::9', true],
    ['two networks of IPv6', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['IPv4, and the same in IPv6', '192.0.2.7', '::ffff:192.0.2.7', true],
    ['two of IPv4', '192.0.2.7', '::ffff:192.0.2.8', false],
    ['nowhere', null, undefined, true],
  ])('takes for one place or for two: %s', (_name, first, second, same) => {
    const { guard } = start();
    for (let tries = 0; tries < 5; tries += 1) guard.countTry(guess({ ip: first }));
    expect(guard.countTry(guess({ ip: second }))).toBe(same ? 60 : 0);
  });

  it('counts no try that was right, nor one that nobody could look at', async () => {
    const { guard } = start();
    for (let tries = 0; tries < 20; tries += 1) {
      expect(await guardGuess(guard, guess(), () => Promise.resolve(true))).toBe(true);
      await expect(guardGuess(guard, guess(), () => Promise.reject(new Error('busy')))).rejects.toThrow('busy');
    }
    for (let tries = 0; tries < 5; tries += 1)
      expect(await guardGuess(guard, guess(), () => Promise.resolve(false))).toBe(false);
    await expect(guardGuess(guard, guess(), () => Promise.resolve(true))).rejects.toMatchObject({
      status: 429,
      code: 'too_many_tries',
      retryAfter: 60,
    });
  });

  it('slows a place down after sixty tries for any users, and no user who is known there', () => {
    const { clock, guard } = start();
    guard.trust(guess());
    const stranger = (number: number) => guess({ user: undefined, email: `${number}@b.example` });
    for (let number = 0; number < 59; number += 1) expect(guard.countTry(stranger(number))).toBe(0);
    expect(guard.senderOf(stranger(1))).toEqual({ key: '192.0.2.1', known: false, paceMs: 0 });
    expect(guard.countTry(stranger(60))).toBe(0);
    expect(guard.senderOf(stranger(1))).toEqual({ key: '192.0.2.1', known: false, paceMs: 50 });
    expect(guard.countTry(guess({ user: { id: 2 } }))).toBe(0);
    expect(guard.senderOf(guess({ ip: place(2) }))).toMatchObject({ key: '192.0.2.2', paceMs: 0 });
    expect(guard.senderOf(guess())).toEqual({ key: '192.0.2.1 id 1', known: true, paceMs: 0 });
    clock.time += 60_001;
    expect(guard.senderOf(stranger(1))).toMatchObject({ paceMs: 0 });
  });

  it('takes back no wrong guess because a right one came', async () => {
    const { guard } = start();
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await guardGuess(guard, guess(), () => Promise.resolve(true))).toBe(true);
      expect(await guardGuess(guard, guess(), () => Promise.resolve(false))).toBe(false);
    }
    await expect(guardGuess(guard, guess(), () => Promise.resolve(true))).rejects.toMatchObject({ status: 429 });
  });
});
