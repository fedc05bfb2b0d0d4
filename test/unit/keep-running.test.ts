import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { keepRunning } from '../../src/embedded/keep-running.ts';

const log = { warn: () => undefined, info: () => undefined };
const backoffMs = [0, 1, 1];

/** Watches a server that is only a flag; a real one is killed in the end-to-end tests of `start`. */
const watchServer = (restart: (server: { serves: boolean }) => Promise<void>, steadyMs: number) => {
  const server = { serves: true };
  const onGiveUp = vi.fn<(err: Error) => void>();
  const restarts = vi.fn<() => Promise<void>>(() => restart(server));
  const options = { isServing: async () => server.serves, restart: restarts, onGiveUp, log };
  const watch = keepRunning(options, { intervalMs: 1, steadyMs, backoffMs });
  onTestFinished(() => watch.stop());
  return { server, watch, restarts, onGiveUp };
};

const comeBack = async (server: { serves: boolean }): Promise<void> => void (server.serves = true);

describe('keeping the embedded PostgreSQL running', () => {
  it('gives up after the last try, once, with the reason of its failure', async () => {
    const refuse = () => Promise.reject(new Error('no space left'));
    const { server, restarts, onGiveUp } = watchServer(refuse, 60_000);
    server.serves = false;
    await vi.waitFor(() => expect(onGiveUp).toHaveBeenCalledTimes(1));
    expect(restarts).toHaveBeenCalledTimes(backoffMs.length);
    expect(onGiveUp.mock.calls[0]![0].message).toBe(
      'The embedded PostgreSQL has ended and does not run after 3 restarts: no space left',
    );
  });

  it('gives up on a server that ends again each time', async () => {
    const { server, restarts, onGiveUp } = watchServer(async () => undefined, 60_000);
    server.serves = false;
    await vi.waitFor(() => expect(onGiveUp).toHaveBeenCalledTimes(1));
    expect(restarts).toHaveBeenCalledTimes(backoffMs.length);
    expect(onGiveUp.mock.calls[0]![0].message).toContain('it ended again each time');
  });

  it('restarts a server that served for long in between as often as it ends', async () => {
    const { server, restarts, onGiveUp } = watchServer(comeBack, 0);
    for (let ends = 1; ends <= 3 * backoffMs.length; ends += 1) {
      // It is seen to serve before it ends again.
      await new Promise((resolve) => setTimeout(resolve, 20));
      server.serves = false;
      await vi.waitFor(() => expect(restarts).toHaveBeenCalledTimes(ends));
    }
    expect(onGiveUp).not.toHaveBeenCalled();
  });

  it('ends the watch only after a restart that is under way, and reports nothing then', async () => {
    const restarted = deferred();
    const { server, watch, restarts, onGiveUp } = watchServer(() => restarted.promise, 60_000);
    server.serves = false;
    await vi.waitFor(() => expect(restarts).toHaveBeenCalledTimes(1));
    let stopped = false;
    const stopping = watch.stop().then(() => (stopped = true));
    await new Promise((next) => setTimeout(next, 10));
    expect(stopped).toBe(false);
    restarted.resolve();
    await stopping;
    expect([restarts.mock.calls.length, onGiveUp.mock.calls.length]).toEqual([1, 0]);
  });
});

const deferred = (): { promise: Promise<void>; resolve(): void } => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
};
