import { getSwitches } from '../db/accounts.ts';
import type { Deps } from '../deps.ts';
import { describeProblems, type PackageProblem } from '../domain/package/problem.ts';
import { AppError, InvalidPackageError } from '../errors.ts';

/**
 * Checks a package as a build would, with what the account has turned on; nothing is stored.
 *
 * @param file the package on disk, read when its turn has come.
 * @returns the warnings of a good package.
 * @throws InvalidPackageError with every problem of a bad one; AppError `package_too_slow`.
 */
export const validatePackage = async (
  { db, packages, config }: Pick<Deps, 'db' | 'packages' | 'config'>,
  accountId: number,
  file: { path: string },
): Promise<PackageProblem[]> => {
  const switches = await getSwitches(db, accountId);
  const timeout = AbortSignal.timeout(config.buildTimeoutMs);
  const reading = packages.read({ path: file.path }, { switches, signal: timeout });
  const { errors, warnings } = await reading.catch((err: unknown) => {
    if (!timeout.aborted) throw err;
    const seconds = Math.ceil(config.buildTimeoutMs / 1_000);
    throw new AppError('package_too_slow', 422, `The package cannot be checked within ${seconds} s; make it smaller.`);
  });
  if (errors.length > 0) throw new InvalidPackageError(describeProblems(errors), { errors, warnings });
  return warnings;
};
