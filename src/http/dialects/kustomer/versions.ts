import semver from 'semver';
import { AppError } from '../../../errors.ts';
import { ruleError } from './rule-error.ts';

const MAX_LENGTH = 100;

/** `major.minor.patch`, with or without a prerelease; no build metadata, which makes no difference to semver. */
export const isVersion = (version: string): boolean =>
  version.length <= MAX_LENGTH && semver.valid(version) === version;

/** The highest one; undefined of none. */
const highest = (versions: readonly string[]): string | undefined => [...versions].sort(semver.rcompare)[0];

/** The highest version without the prereleases, unless there is nothing else; undefined of none. */
export const latestOf = (versions: readonly string[]): string | undefined =>
  highest(versions.filter((version) => semver.prerelease(version) === null)) ?? highest(versions);

/** What a version says of the roles it needs. Undefined: nothing. */
export interface VersionRoles {
  version: string;
  roles: readonly string[] | undefined;
}

/**
 * Whether a version may follow those that are there.
 *
 * @throws AppError `duplicate` (409) when it is there already, `bad_request` when it does not fit what is there.
 */
export const checkSuccessor = (next: VersionRoles, earlier: readonly VersionRoles[]): void => {
  const { version } = next;
  if (earlier.some((one) => semver.eq(one.version, version)))
    throw new AppError('duplicate', 409, `version already registered, increment it: there is a ${version}.`);
  const top = highest(earlier.map((one) => one.version));
  if (top !== undefined && semver.lt(version, top))
    throw ruleError('version', `cannot register outdated version, must be greater than ${top}`);
  checkRoles(next, earlier);
};

/**
 * An app cannot ask for other roles by the way. A version that says nothing of roles changes none, so that a definition
 * of a name and a version can always be registered; the one after it is held against the last one that said something.
 */
const checkRoles = ({ version, roles }: VersionRoles, earlier: readonly VersionRoles[]): void => {
  const stated = earlier.filter((one) => one.roles !== undefined);
  const before = stated.find((one) => one.version === highest(stated.map((other) => other.version)));
  if (roles === undefined || before === undefined || semver.major(version) > semver.major(before.version)) return;
  if (sameRoles(roles, before.roles!)) return;
  throw ruleError(
    'roles',
    `roles do not match previous version, major bump required: ${before.version} has other roles than ${version}`,
  );
};

const sameRoles = (some: readonly string[], others: readonly string[]): boolean =>
  new Set([...some, ...others]).size === new Set(some).size && new Set(some).size === new Set(others).size;
