import os from 'node:os';
import type { ArchiveLimits } from '../domain/archive/limits.ts';

/** What a build takes for each byte of the unpacked package: the files, the package as it came, and as it is packed anew. */
const BYTES_A_BYTE = 1.5;

/** What a process takes that runs no build. */
const BASE_BYTES = 300_000_000;

/** What a package may unpack to, by its packed size. */
const mostExpanded = (packedBytes: number, { maxRatio, ratioFromBytes, maxExpandedBytes }: ArchiveLimits): number =>
  Math.min(maxExpandedBytes, Math.max(packedBytes * maxRatio, ratioFromBytes));

/** The memory that a build may take of which only the packed size is known. */
export const mostMemoryOf = (packedBytes: number, limits: ArchiveLimits): number =>
  BYTES_A_BYTE * mostExpanded(packedBytes, limits);

/** The memory that a build takes by what its package declares. */
export const memoryOf = (archiveBytes: number, expandedBytes: number): number =>
  BYTES_A_BYTE * Math.max(archiveBytes, expandedBytes);

/** The limit of the control group (a container's), if there is one; else half of the machine, which others use too. */
const processBytes = (): number => {
  const machine = os.totalmem();
  const group = process.constrainedMemory();
  return group > 0 && group < machine ? group : machine / 2;
};

/** The memory for builds where no setting says it. */
export const usualBuildMemory = (): number => Math.max(0, processBytes() - BASE_BYTES);
