import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolding } from '../../../src/fold-lines.ts';

describe('lines that come again', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const collect = () => {
    const folding = createFolding(1_000);
    const written: string[] = [];
    const log = (line: string): void => {
      if (folding.isNew(line, (repeated) => written.push(`${line} x${repeated}`))) written.push(line);
    };
    return { folding, written, log };
  };

  it('are written once, and then with their number as long as they come', () => {
    const { written, log } = collect();
    for (let i = 0; i < 50; i += 1) log('away');
    log('other');
    expect(written).toEqual(['away', 'other']);
    vi.advanceTimersByTime(1_000);
    expect(written).toEqual(['away', 'other', 'away x49']);
    log('away');
    expect(written).toHaveLength(3);
    vi.advanceTimersByTime(1_000);
    expect(written.at(-1)).toBe('away x1');
    vi.advanceTimersByTime(1_000);
    log('away');
    expect(written.at(-1)).toBe('away');
  });

  it('are counted until the end', () => {
    const { folding, written, log } = collect();
    for (let i = 0; i < 3; i += 1) log('away');
    folding.flush();
    expect(written).toEqual(['away', 'away x2']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are remembered up to a bound', () => {
    const { written, log } = collect();
    for (let i = 0; i < 1_000; i += 1) log(`line ${i}`);
    expect(written).toHaveLength(1_000);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(200);
  });
});
