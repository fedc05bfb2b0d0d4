import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from '../../src/domain/archive/limits.ts';
import { defaultSwitches } from '../../src/domain/package/switches.ts';
import { createPackageReader } from '../../src/packages/package-reader.ts';
import { residentSize, watchResidentSize } from './process-size.ts';
import { samplePackage } from './sample-package.ts';

// A process of its own, because what a process has once taken it mostly keeps, and the next to read would seem to need
// nothing. Prints by how many bytes it grows while a thread that has read small packages reads the one in the file.

const WARM_UP_READS = 10;
const IDLE_MS = 1_000;
const LOOK_MS = 5;

const reader = createPackageReader(defaultLimits, 1);
for (let i = 0; i < WARM_UP_READS; i += 1) await reader.read(samplePackage(i), { switches: defaultSwitches });
await sleep(IDLE_MS);
const before = residentSize(process.pid);
const read = async (): Promise<void> => {
  const { errors } = await reader.read({ path: process.argv[2]! }, { switches: defaultSwitches });
  if (errors[0]) throw new Error(`the package is refused: ${errors[0].message}`);
};
const { peak } = await watchResidentSize(process.pid, read, LOOK_MS);
await reader.close();
console.log(peak - before);
