import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/domain/archive/limits.ts';
import { defaultSwitches } from '../../src/domain/package/switches.ts';
import { createPackageChecker } from '../../src/packages/package-checker.ts';
import { buildArchive } from '../support/packages.ts';

describe('the memory of a thread that checks packages', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-checker-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is bounded: a package that needs more is refused, and the next one is checked', async () => {
    const large = path.join(folder, 'large.zip');
    // Within the limits of a package, and many times as large as objects.
    const macros = Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`m${i}`, {}]));
    await writeFile(large, buildArchive({ requirements: { macros } }));
    const small = path.join(folder, 'small.zip');
    await writeFile(small, buildArchive());
    const limits = { ...defaultLimits, maxJsonBytes: 16 * 1024 * 1024 };
    const checker = createPackageChecker({ limits, threads: 1, timeoutMs: 60_000, heapMb: 48 });
    try {
      await expect(checker.check({ path: large }, { accountId: 1, switches: defaultSwitches })).rejects.toMatchObject({
        code: 'package_too_complex',
        status: 422,
        message: expect.stringContaining('more than 48 MB of memory') as string,
      });
      expect((await checker.check({ path: small }, { accountId: 1, switches: defaultSwitches })).errors).toEqual([]);
    } finally {
      await checker.close();
    }
  });
});
