import { blobs } from './blobs.ts';
import { contradictions } from './contradictions.ts';
import { doneTwice } from './done-twice.ts';
import { halfInstalled } from './half-installed.ts';
import { lost } from './lost.ts';
import { unexpected } from './unexpected.ts';
import type { Evidence, Violation } from './violation.ts';

/** Everything that the promise of the system says may never be. */
export const runChecks = async (evidence: Evidence): Promise<Violation[]> => {
  const checks = [lost, doneTwice, halfInstalled, blobs, contradictions, unexpected];
  const found: Violation[] = [];
  for (const check of checks) found.push(...(await check(evidence)));
  return found;
};
