import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { checkPackage } from '../../../src/domain/package/check-package.ts';
import type { PackageFile } from '../../../src/domain/package/package-file.ts';
import { stricterRules } from '../../../src/domain/package/stricter-rules.ts';
import { defaultSwitches } from '../../../src/domain/package/switches.ts';

/** Packages with the answers of the reference validator 4.52; kept outside of this repository. */
const answersFile = new URL('../../../../shared/conformance/packages.jsonl', import.meta.url);
const isThere = existsSync(answersFile);

interface KnownPackage {
  name: string;
  files: Record<string, string | { base64: string }>;
  errors: { key: string }[];
  warnings: number;
}

/** The packages on which a rule of our own decides, with its key. */
const stricterPackages: Record<string, string> = {
  author_stringurl: 'unacceptable_hash',
  req_arrtype2: 'invalid_requirement_type_structure',
  svg_notxml: 'warning.svg_unreadable',
  url_httpsempty: 'location_uri_without_host',
};

const filesOf = ({ files }: KnownPackage): PackageFile[] =>
  Object.entries(files).map(([path, content]) => ({
    path,
    bytes: typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.base64, 'base64'),
  }));

/** The set of error keys, and whether there are warnings; the order of the errors tells nothing more to compare. */
const verdict = (errorKeys: string[], warnings: number): string =>
  `${[...new Set(errorKeys)].sort().join(', ') || 'no errors'}; ${warnings > 0 ? 'warnings' : 'no warnings'}`;

if (!isThere)
  process.stdout.write('The package rules were NOT compared with the reference: its answers are not here.\n');

describe.skipIf(!isThere)('agreement with the reference validator 4.52', () => {
  const packages = isThere
    ? readFileSync(answersFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as KnownPackage)
    : [];

  const check = (known: KnownPackage) =>
    checkPackage(filesOf(known), { switches: defaultSwitches, limits: defaultLimits });

  test('differs only where it is stricter on purpose', async () => {
    const differing: Record<string, string> = {};
    for (const known of packages) {
      const { errors, warnings } = await check(known);
      const ours = verdict(
        errors.map(({ key }) => key),
        warnings.length,
      );
      const theirs = verdict(
        known.errors.map(({ key }) => key),
        known.warnings,
      );
      if (ours !== theirs) differing[known.name] = `ours: ${ours}; reference: ${theirs}`;
    }
    const count = packages.length - Object.keys(differing).length;
    const lines = Object.entries(differing).map(([name, text]) => `  ${name}: ${text}`);
    process.stdout.write(
      `Agreement with the reference: ${count} of ${packages.length} packages.\n${lines.join('\n')}\n`,
    );
    expect(packages.length).toBeGreaterThan(0);
    expect(Object.keys(differing).sort()).toEqual(Object.keys(stricterPackages).sort());
  });

  test.each(Object.entries(stricterPackages))('%s is refused or warned of by %s', async (name, key) => {
    const known = packages.find((candidate) => candidate.name === name);
    expect(known).toBeDefined();
    const report = known && (await check(known));
    expect([...(report?.errors ?? []), ...(report?.warnings ?? [])].map((problem) => problem.key)).toContain(key);
    expect(stricterRules.map((rule) => rule.key)).toContain(key);
  });

  test('reports the errors in the order of the reference', async () => {
    for (const known of packages.filter(({ name }) => !(name in stricterPackages))) {
      const { errors } = await check(known);
      // Reports stop at 50 of a kind.
      const expected = known.errors.map(({ key }) => key).slice(0, errors.length);
      expect([known.name, ...errors.map(({ key }) => key)]).toEqual([known.name, ...expected]);
    }
  });
});
