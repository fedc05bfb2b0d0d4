import { describe, expect, test } from 'vitest';
import { archiveKeys } from '../../../src/domain/archive/archive-keys.ts';
import { stricterRules } from '../../../src/domain/package/stricter-rules.ts';
import { comparePackages, knownPackagesFile, readKnownPackages } from '../../conformance/compare.ts';
import { looserPackages, stricterPackages } from '../../conformance/stricter-packages.ts';

const packages = readKnownPackages(knownPackagesFile);

describe('agreement with the reference validator 4.52', () => {
  test('differs only where that is on purpose', async () => {
    const { agreeing, stricter, looser, disagreeing } = await comparePackages(packages);
    expect(packages.length).toBeGreaterThan(0);
    expect(disagreeing).toEqual([]);
    expect(stricter.map(({ name }) => name).sort()).toEqual(Object.keys(stricterPackages).sort());
    expect(looser.map(({ name }) => name).sort()).toEqual(Object.keys(looserPackages).sort());
    expect(agreeing.length + stricter.length + looser.length).toBe(packages.length);
  });

  test('a difference that is not on the list is a disagreement, and one that is but for another reason, too', async () => {
    const [good] = packages.filter(({ errors, warnings }) => errors.length === 0 && warnings === 0);
    const [name = ''] = Object.keys(stricterPackages);
    if (!good) throw new Error('there is no good package');
    const { disagreeing } = await comparePackages([
      { ...good, warnings: 1 },
      { ...good, errors: [{ key: 'missing_manifest' }] },
      { ...good, name, errors: [{ key: 'missing_manifest' }] },
    ]);
    expect(disagreeing).toEqual([
      { name: good.name, ours: 'no errors; no warnings', reference: 'no errors; warnings' },
      { name: good.name, ours: 'no errors; no warnings', reference: 'missing_manifest; no warnings' },
      { name, ours: 'no errors; no warnings', reference: 'missing_manifest; no warnings' },
    ]);
  });

  test('reports the errors in the order of the reference', async () => {
    const { agreeing } = await comparePackages(packages);
    for (const { name, errorKeys } of agreeing) {
      const known = packages.find((candidate) => candidate.name === name);
      // Reports stop at 50 of a kind.
      const expected = known?.errors.map(({ key }) => key).slice(0, errorKeys.length) ?? [];
      expect([name, ...errorKeys]).toEqual([name, ...expected]);
    }
  });
});

test('every reason to refuse an archive is named among the stricter rules, once', () => {
  const keys = stricterRules.map(({ key }) => key);
  expect(keys).toEqual(expect.arrayContaining(Object.keys(archiveKeys)));
  expect(new Set(keys).size).toBe(keys.length);
});
