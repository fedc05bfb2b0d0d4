import AdmZip from 'adm-zip';
import { describe, expect, it, vi } from 'vitest';
import { declaredBytes } from '../../src/domain/archive/declared-bytes.ts';
import { defaultLimits } from '../../src/domain/archive/limits.ts';
import { memoryOf, mostMemoryOf } from '../../src/packages/build-memory.ts';
import { createMemoryBudget, type MemoryHold } from '../../src/packages/memory-budget.ts';

describe('the memory budget', () => {
  const setUp = (bytes = 100) => {
    const budget = createMemoryBudget(bytes);
    const holds = new Map<string, MemoryHold>();
    const ask = (name: string, needed: number, signal?: AbortSignal) => {
      const hold = budget.hold(needed, signal && { signal });
      void hold.then(
        (held) => holds.set(name, held),
        () => undefined,
      );
      return hold;
    };
    const held = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return [...holds.keys()];
    };
    return { budget, holds, ask, held };
  };

  it('lets as much run at once as fits, and the next when memory is released', async () => {
    const { ask, held, holds } = setUp();
    void ask('a', 60);
    void ask('b', 40);
    void ask('c', 10);
    expect(await held()).toEqual(['a', 'b']);
    holds.get('b')!.release();
    expect(await held()).toEqual(['a', 'b', 'c']);
  });

  it('does not let small requests overtake a large one that waits', async () => {
    const { ask, held, holds } = setUp();
    void ask('small', 20);
    void ask('large', 100);
    for (const name of ['later 1', 'later 2']) void ask(name, 1);
    expect(await held()).toEqual(['small']);
    holds.get('small')!.release();
    expect(await held()).toEqual(['small', 'large']);
    holds.get('large')!.release();
    expect(await held()).toHaveLength(4);
  });

  it('gives one that needs more than there is the whole budget, alone', async () => {
    const { ask, held, holds } = setUp();
    void ask('huge', 1_000);
    void ask('small', 1);
    expect(await held()).toEqual(['huge']);
    holds.get('huge')!.release();
    expect(await held()).toEqual(['huge', 'small']);
  });

  it('gives what is not needed to the next, and counts a release once', async () => {
    const { ask, held, holds } = setUp();
    void ask('a', 100);
    void ask('b', 70);
    await held();
    holds.get('a')!.shrinkTo(30);
    expect(await held()).toEqual(['a', 'b']);
    holds.get('a')!.release();
    holds.get('a')!.release();
    void ask('c', 31);
    expect(await held()).toEqual(['a', 'b']);
  });

  it('forgets a request that is given up, and lets the next one start', async () => {
    const { ask, held } = setUp();
    const stop = new AbortController();
    void ask('a', 50);
    const late = ask('b', 60, stop.signal);
    void ask('c', 50);
    stop.abort(new Error('given up'));
    await expect(late).rejects.toThrow('given up');
    expect(await held()).toEqual(['a', 'c']);
  });

  it('says so when a request has to wait', async () => {
    const { budget } = setUp();
    const onWait = vi.fn<() => void>();
    await budget.hold(100, { onWait });
    expect(onWait).not.toHaveBeenCalled();
    void budget.hold(1, { onWait });
    expect(onWait).toHaveBeenCalledOnce();
  });
});

describe('the memory of a build', () => {
  const MiB = 1024 * 1024;
  const archive = (sizes: number[]) => {
    const zip = new AdmZip();
    for (const [index, size] of sizes.entries()) zip.addFile(`assets/${index}.txt`, Buffer.alloc(size));
    return zip.toBuffer();
  };

  it('is read from the directory of the archive, before anything is unpacked', () => {
    expect(declaredBytes(archive([1_000, 5 * MiB]), defaultLimits)).toBe(1_000 + 5 * MiB);
  });

  it('is never more than a package may unpack to', () => {
    const limits = { ...defaultLimits, maxExpandedBytes: 2 * MiB };
    expect(declaredBytes(archive([5 * MiB]), limits)).toBe(2 * MiB);
  });

  it('is that of the packed bytes where the archive cannot be read: it is refused', () => {
    expect(declaredBytes(Buffer.from('not a zip'), defaultLimits)).toBe(0);
    expect(memoryOf(9 * MiB, 0)).toBe(13.5 * MiB);
  });

  it('is bounded by the limits before the package is loaded', () => {
    expect(mostMemoryOf(10_000, defaultLimits)).toBe(1.5 * defaultLimits.ratioFromBytes);
    expect(mostMemoryOf(2 * MiB, defaultLimits)).toBe(300 * MiB);
    expect(mostMemoryOf(60 * MiB, defaultLimits)).toBe(1.5 * defaultLimits.maxExpandedBytes);
  });
});
