import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Every file opens what it needs and closes it: they can share the loaded modules, most of what a small file costs. */
const isolate = false;

export default defineConfig({
  test: {
    // Most of them wait for stores and processes most of the time: one core must not stand idle meanwhile.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      { test: { name: 'unit', isolate, include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          isolate,
          include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
