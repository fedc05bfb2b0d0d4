import { getSwitches } from '../db/accounts.ts';
import type { Deps } from '../deps.ts';
import { describeProblems, type PackageProblem } from '../domain/package/problem.ts';
import { InvalidPackageError } from '../errors.ts';

/**
 * Checks a package as a build would, with what the account has turned on; nothing is stored.
 *
 * @param file the package on disk, read when its turn has come.
 * @param signal fires when nobody waits for the answer any more.
 * @returns the warnings of a good package.
 * @throws InvalidPackageError with every problem of a bad one; OwnRuleError `busy`; AppError `package_too_slow` or
 * `package_too_complex`.
 */
export const validatePackage = async (
  { db, checker }: Pick<Deps, 'db' | 'checker'>,
  accountId: number,
  { file, signal }: { file: { path: string }; signal?: AbortSignal },
): Promise<PackageProblem[]> => {
  const switches = await getSwitches(db, accountId);
  const { errors, warnings } = await checker.check(file, { accountId, switches, ...(signal && { signal }) });
  if (errors.length > 0) throw new InvalidPackageError(describeProblems(errors), { errors, warnings });
  return warnings;
};
