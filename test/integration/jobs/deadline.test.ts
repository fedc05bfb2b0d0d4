import { Piscina } from 'piscina';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PackageReader } from '../../../src/packages/package-reader.ts';
import { createApp } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { attempt, jobRow } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';

describe('the deadline of an attempt', () => {
  let harness: Harness;
  const threads = new Piscina({
    filename: new URL('../../support/busy-thread.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    execArgv: ['--import', 'tsx'],
  });
  threads.on('error', () => undefined);
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(async () => {
    await threads.destroy();
    await harness.close();
  });

  it('ends a thread that does nothing but count, and the next build has its place', async () => {
    const busy: PackageReader = {
      read: (_archive, { signal }) => threads.run(undefined, { ...(signal && { signal }) }) as never,
      renderTexts: () => Promise.resolve([]),
      close: () => threads.destroy(),
    };
    const config = { ...harness.deps.config, buildTimeoutMs: 1_000 };
    const id = await createApp(harness, buildArchive());
    const ended = await attempt({ ...harness, deps: { ...harness.deps, config, packages: busy } }, id);
    expect(ended).toBe('again');
    expect((await jobRow(harness, id))['message']).toContain('It was not finished within 1 s');
    expect(threads.queueSize).toBe(0);
    // Ended, and not only given up: a thread that still counted would hold the only place.
    const second = await attempt({ ...harness, deps: { ...harness.deps, config, packages: busy } }, id);
    expect(second).toBe('again');
    await expect(attempt(harness, id)).resolves.toBe('completed');
  });
});
