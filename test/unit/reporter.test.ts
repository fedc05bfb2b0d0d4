import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobFigures } from '../../src/domain/job.ts';
import { createReporter } from '../../workers/reporter.ts';

const start = { progress: 0, total: 1, message: '' };

describe('the reporter', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const create = (from: JobFigures = start) => {
    const written: JobFigures[] = [];
    const reporter = createReporter(
      async (figures) => void written.push(figures),
      from,
      () => undefined,
    );
    const report = (progress: number) => reporter.report({ progress, total: 1_000, message: `step ${progress}` });
    return { written, reporter, report };
  };

  it('writes the first figures at once and then the latest every 100 ms', async () => {
    const { written, report } = create();
    for (let step = 0; step < 500; step += 1) {
      report(step);
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(written.length).toBeLessThanOrEqual(6);
    expect(written[0]).toMatchObject({ progress: 0 });
    expect(written.at(-1)).toMatchObject({ progress: 499, message: 'step 499' });
  });

  it('never shows less than it has shown', async () => {
    const { written, report } = create({ progress: 700, total: 1_000, message: 'step 700' });
    for (const step of [1, 2, 900]) {
      report(step);
      await vi.advanceTimersByTimeAsync(150);
    }
    expect(written.map((figures) => figures.progress)).toEqual([700, 700, 900]);
  });

  it('writes nothing after it was stopped', async () => {
    const { written, reporter, report } = create();
    report(1);
    report(2);
    await reporter.stop();
    report(3);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written.map((figures) => figures.progress)).toEqual([1]);
    expect(reporter.figures()).toMatchObject({ progress: 3 });
  });

  it('waits for a write that is slow, and goes on when one fails', async () => {
    const errors: unknown[] = [];
    let failing = true;
    const written: number[] = [];
    const reporter = createReporter(
      async ({ progress }) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        if (failing) throw new Error('away');
        written.push(progress);
      },
      start,
      (err) => errors.push(err),
    );
    reporter.report({ progress: 1, total: 2, message: '' });
    await vi.advanceTimersByTimeAsync(300);
    failing = false;
    reporter.report({ progress: 2, total: 2, message: '' });
    await vi.advanceTimersByTimeAsync(500);
    expect(errors).toHaveLength(1);
    expect(written).toEqual([2]);
  });
});
