import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFairShare, type FairShareLimits } from '../../src/packages/fair-share.ts';

describe('the fair share of an account', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const setUp = (limits: Partial<FairShareLimits> = {}) => {
    const share = createFairShare({
      places: 2,
      runningPerAccount: 1,
      waitingPerAccount: 3,
      maxWaitMs: 10_000,
      ...limits,
    });
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const run = (account: number, name: string, signal?: AbortSignal) => {
      const work = () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      };
      return share.run(account, work, signal);
    };
    const end = async (name: string) => {
      ends.get(name)!();
      await vi.advanceTimersByTimeAsync(0);
    };
    return { run, begun, end };
  };
  const settled = () => vi.advanceTimersByTimeAsync(0);

  it('starts work at once while there is a place, and gives its result', async () => {
    const { run, begun, end } = setUp();
    const result = run(1, 'a');
    await settled();
    expect(begun).toEqual(['a']);
    await end('a');
    await expect(result).resolves.toBe('a');
  });

  it('leaves a place for another account, however much one account asks for', async () => {
    const { run, begun } = setUp();
    for (const name of ['a1', 'a2', 'a3']) void run(1, name);
    void run(2, 'b1');
    await settled();
    expect(begun).toEqual(['a1', 'b1']);
  });

  it('gives the accounts that wait their turns one after the other', async () => {
    const { run, begun, end } = setUp({ places: 1 });
    for (const name of ['a1', 'a2', 'a3']) void run(1, name);
    for (const name of ['b1', 'b2']) void run(2, name);
    void run(3, 'c1');
    await settled();
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']) await end(name);
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('frees the place of work that fails', async () => {
    const share = createFairShare({ places: 1, runningPerAccount: 1, waitingPerAccount: 1, maxWaitMs: 1_000 });
    await expect(share.run(1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(share.run(1, async () => 'done')).resolves.toBe('done');
  });

  it('refuses with 503 and Retry-After what is more than an account may have waiting', async () => {
    const { run, begun } = setUp();
    for (const name of ['a1', 'a2', 'a3', 'a4']) void run(1, name);
    await expect(run(1, 'a5')).rejects.toMatchObject({ code: 'busy', status: 503, retryAfter: 5 });
    void run(2, 'b1');
    await settled();
    expect(begun).toEqual(['a1', 'b1']);
  });

  it('refuses with 503 what has waited too long, and never starts it', async () => {
    const { run, begun, end } = setUp();
    void run(1, 'a1');
    const late = run(1, 'a2').catch((err: unknown) => err);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await late).toMatchObject({ code: 'busy', status: 503, retryAfter: 5 });
    await end('a1');
    expect(begun).toEqual(['a1']);
  });

  it('does not limit the time of work that has begun', async () => {
    const { run, end } = setUp();
    const result = run(1, 'a1');
    await vi.advanceTimersByTimeAsync(60_000);
    await end('a1');
    await expect(result).resolves.toBe('a1');
  });

  it('forgets work whose request was given up while it waited', async () => {
    const { run, begun, end } = setUp();
    const request = new AbortController();
    void run(1, 'a1');
    const gone = run(1, 'a2', request.signal).catch((err: unknown) => err);
    void run(1, 'a3');
    request.abort(new Error('gone'));
    expect(await gone).toMatchObject({ message: 'gone' });
    await end('a1');
    expect(begun).toEqual(['a1', 'a3']);
    await expect(run(1, 'a4', request.signal)).rejects.toThrow('gone');
  });
});
