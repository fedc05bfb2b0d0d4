import { expect, it, vi } from 'vitest';
import { createRateLimits } from '../../src/queue/rate-limits.ts';

it('a store of the rate limits that hangs costs one request some time, and the next ones none', async () => {
  const consume = vi.fn<() => Promise<never>>(() => new Promise(() => undefined));
  const log = { warn: vi.fn<(message: string) => void>() };
  const { requests } = createRateLimits({ limiter: () => ({ consume }) }, { requests: 3, polls: undefined }, log);
  const together = await Promise.all([requests!(1), requests!(1)]);
  expect(together.map(({ remaining }) => remaining)).toEqual([2, 1]);
  expect(consume).toHaveBeenCalledTimes(2);
  expect(await requests!(1)).toEqual({ limit: 3, remaining: 0, resetSeconds: expect.any(Number), over: false });
  expect(await requests!(1)).toMatchObject({ remaining: 0, over: true });
  expect(await requests!(2)).toMatchObject({ remaining: 2, over: false });
  expect(consume).toHaveBeenCalledTimes(2);
  expect(log.warn).toHaveBeenCalledTimes(1);
});
