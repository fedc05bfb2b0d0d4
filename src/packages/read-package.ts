import type { ArchiveLimits } from '../domain/archive/limits.ts';
import { packArchive } from '../domain/archive/pack-archive.ts';
import { stripTopFolder } from '../domain/archive/strip-top-folder.ts';
import { unpackArchive } from '../domain/archive/unpack-archive.ts';
import { checkPackage } from '../domain/package/check-package.ts';
import type { AppDefinition } from '../domain/package/definition.ts';
import type { PackageFile } from '../domain/package/package-file.ts';
import { readIdentity, type PackageIdentity } from '../domain/package/package-identity.ts';
import type { PackageProblem } from '../domain/package/problem.ts';
import { readDefinition } from '../domain/package/read-definition.ts';
import type { PackageSwitches } from '../domain/package/switches.ts';

export interface ReadRequest {
  archive: Uint8Array;
  limits: ArchiveLimits;
  switches: PackageSwitches;
  /** Pack the files anew: takes longer than everything else together, so only who stores them asks for it. */
  repack: boolean;
}

/** What a package is, or everything that is wrong with it. */
export interface PackageReading {
  errors: PackageProblem[];
  warnings: PackageProblem[];
  /** As far as the manifest can be read. */
  identity: PackageIdentity;
  /** To be stored; empty unless the package is good. */
  files: PackageFile[];
  /** Undefined unless the package is good. */
  definition: AppDefinition | undefined;
  /** The files to be stored, packed anew: the same files give the same bytes. Undefined unless asked for, and good. */
  repacked: Uint8Array | undefined;
}

const refused = { files: [], definition: undefined, repacked: undefined };

/** From the bytes of an archive to an app's definition. Pure, and slow: see {@link PackageReader}. */
export const readPackage = async ({ archive, limits, switches, repack }: ReadRequest): Promise<PackageReading> => {
  const unpacked = unpackArchive(asBuffer(archive), limits);
  if (unpacked.problems.length > 0)
    return { errors: unpacked.problems, warnings: [], identity: { name: null, version: null }, ...refused };
  const stripped = stripTopFolder(unpacked.files);
  const report = await checkPackage(stripped.files, { switches, limits });
  const { errors, files } = report;
  const warnings = [...stripped.warnings, ...report.warnings];
  const identity = readIdentity(stripped.files, limits);
  if (errors.length > 0) return { errors, warnings, identity, ...refused };
  const repacked = repack ? packArchive(files) : undefined;
  return { errors, warnings, identity, files, definition: readDefinition(files), repacked };
};

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
