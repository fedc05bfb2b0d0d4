import type { ArchiveLimits } from '../domain/archive/limits.ts';
import { unpackArchive } from '../domain/archive/unpack-archive.ts';
import { checkPackage } from '../domain/package/check-package.ts';
import type { AppDefinition } from '../domain/package/definition.ts';
import type { PackageFile } from '../domain/package/package-file.ts';
import type { PackageProblem } from '../domain/package/problem.ts';
import { readDefinition } from '../domain/package/read-definition.ts';
import type { PackageSwitches } from '../domain/package/switches.ts';

export interface ReadRequest {
  archive: ArrayBuffer;
  limits: ArchiveLimits;
  switches: PackageSwitches;
}

/** What a package is, or everything that is wrong with it. */
export interface PackageReading {
  errors: PackageProblem[];
  warnings: PackageProblem[];
  /** To be stored; empty unless the package is good. */
  files: PackageFile[];
  /** Undefined unless the package is good. */
  definition: AppDefinition | undefined;
}

/** From the bytes of an archive to an app's definition. Pure, and slow: see {@link PackageReader}. */
export const readPackage = async ({ archive, limits, switches }: ReadRequest): Promise<PackageReading> => {
  const unpacked = unpackArchive(Buffer.from(archive), limits);
  if (unpacked.problems.length > 0)
    return { errors: unpacked.problems, warnings: [], files: [], definition: undefined };
  const { errors, warnings, files } = await checkPackage(unpacked.files, { switches, limits });
  if (errors.length > 0) return { errors, warnings, files: [], definition: undefined };
  return { errors, warnings, files, definition: readDefinition(files) };
};
