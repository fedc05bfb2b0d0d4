import type { JobKind } from '../src/domain/job.ts';
import type { Processor } from './processor.ts';
import { runBuild } from './run-build.ts';
import { runInstall } from './run-install.ts';

/** A kind of job without a processor does not compile. */
export const processors: Record<JobKind, Processor> = {
  build: runBuild,
  install: runInstall,
};
