import { describe, expect, it } from 'vitest';
import { createGuessGuard } from '../../src/use-cases/oauth/guess-guard.ts';

describe('the guard against guessing', () => {
  const start = () => {
    const clock = { time: 1_000, now: () => clock.time };
    return { clock, guard: createGuessGuard(clock) };
  };

  it('lets five tries pass, then none for a minute', () => {
    const { clock, guard } = start();
    for (let tries = 0; tries < 5; tries += 1) expect(guard.countTry('a@b.example')).toBe(0);
    expect(guard.countTry('a@b.example')).toBe(60);
    clock.time += 59_500;
    expect(guard.countTry('a@b.example')).toBe(1);
    clock.time += 501;
    expect(guard.countTry('a@b.example')).toBe(0);
  });

  it('takes an address in other letter case for the same, and others for others', () => {
    const { guard } = start();
    for (let tries = 0; tries < 5; tries += 1) guard.countTry(tries % 2 ? 'a@b.example' : 'A@B.example');
    expect(guard.countTry('a@B.example')).toBe(60);
    expect(guard.countTry('c@b.example')).toBe(0);
  });

  it('forgets the tries of whoever knew the password', () => {
    const { guard } = start();
    for (let tries = 0; tries < 20; tries += 1) {
      expect(guard.countTry('a@b.example')).toBe(0);
      guard.forget('A@b.example');
    }
  });

  it('makes no wait longer because somebody goes on trying', () => {
    const { clock, guard } = start();
    for (let tries = 0; tries < 5; tries += 1) guard.countTry('a@b.example');
    for (let second = 0; second < 60; second += 1) {
      expect(guard.countTry('a@b.example')).toBe(60 - second);
      clock.time += 1_000;
    }
    clock.time += 1;
    expect(guard.countTry('a@b.example')).toBe(0);
  });
});
