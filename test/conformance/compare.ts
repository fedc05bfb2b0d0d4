import { readFileSync } from 'node:fs';
import { defaultLimits } from '../../src/domain/archive/limits.ts';
import { checkPackage } from '../../src/domain/package/check-package.ts';
import type { PackageFile } from '../../src/domain/package/package-file.ts';
import { stricterRules } from '../../src/domain/package/stricter-rules.ts';
import { defaultSwitches } from '../../src/domain/package/switches.ts';
import { looserPackages, stricterPackages } from './stricter-packages.ts';

/** A package with the answer of the reference validator 4.52. */
export interface KnownPackage {
  name: string;
  files: Record<string, string | { base64: string }>;
  errors: { key: string }[];
  /** How many. */
  warnings: number;
}

/** What both say of a package, in words that are the same when they agree. */
export interface Difference {
  name: string;
  ours: string;
  reference: string;
}

export interface Comparison {
  agreeing: { name: string; errorKeys: string[] }[];
  /** The difference is a rule of ours, and this package is listed with it. */
  stricter: (Difference & { key: string; reason: string })[];
  /** We accept the package on purpose. */
  looser: (Difference & { reason: string })[];
  disagreeing: Difference[];
}

/** The packages that come with the project. */
export const knownPackagesFile = new URL('packages.jsonl', import.meta.url);

/** Reads one package a line. */
export const readKnownPackages = (file: URL | string): KnownPackage[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as KnownPackage);

const filesOf = ({ files }: KnownPackage): PackageFile[] =>
  Object.entries(files).map(([path, content]) => ({
    path,
    bytes: typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.base64, 'base64'),
  }));

/** The set of error keys, and whether there are warnings; texts, order and data are not compared. */
const verdict = (errorKeys: readonly string[], hasWarnings: boolean): string =>
  `${[...new Set(errorKeys)].sort().join(', ') || 'no errors'}; ${hasWarnings ? 'warnings' : 'no warnings'}`;

/** The rule of ours that this package is listed with, if it really had something to say here. */
const stricterRuleOf = (name: string, foundKeys: readonly string[]) => {
  const key = Object.hasOwn(stricterPackages, name) ? stricterPackages[name] : undefined;
  return key !== undefined && foundKeys.includes(key) ? stricterRules.find((rule) => rule.key === key) : undefined;
};

/** Checks each package, with all switches off as the reference had them, and compares the answers. */
export const comparePackages = async (packages: readonly KnownPackage[]): Promise<Comparison> => {
  const comparison: Comparison = { agreeing: [], stricter: [], looser: [], disagreeing: [] };
  for (const known of packages) {
    const { name } = known;
    const report = await checkPackage(filesOf(known), { switches: defaultSwitches, limits: defaultLimits });
    const errorKeys = report.errors.map(({ key }) => key);
    const warningKeys = report.warnings.map(({ key }) => key);
    const ours = verdict(errorKeys, warningKeys.length > 0);
    const reference = verdict(
      known.errors.map(({ key }) => key),
      known.warnings > 0,
    );
    const rule = stricterRuleOf(name, [...errorKeys, ...warningKeys]);
    if (ours === reference) comparison.agreeing.push({ name, errorKeys });
    else if (rule) comparison.stricter.push({ name, ours, reference, ...rule });
    else if (errorKeys.length === 0 && Object.hasOwn(looserPackages, name))
      comparison.looser.push({ name, ours, reference, reason: looserPackages[name]! });
    else comparison.disagreeing.push({ name, ours, reference });
  }
  return comparison;
};
