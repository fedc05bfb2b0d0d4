import { getSwitches } from '../src/db/accounts.ts';
import { settleJob, type Job } from '../src/db/jobs.ts';
import type { VersionFile } from '../src/db/app-versions.ts';
import { getUpload } from '../src/db/uploads.ts';
import type { Deps } from '../src/deps.ts';
import type { PackageFile } from '../src/domain/package/package-file.ts';
import { describeProblems } from '../src/domain/package/problem.ts';
import type { PackageReading } from '../src/packages/read-package.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';
import { publishVersion } from '../src/use-cases/publish-version.ts';
import type { JobContext, Processor } from './processor.ts';

/** Steps besides the files: load, unpack and check, publish. */
const STEPS = 3;

/**
 * From an uploaded package to a version of an app. Nothing of it can be seen before the last step, which is one
 * transaction; what an attempt that broke off has stored already is stored again under the same digest.
 */
export const runBuild: Processor = {
  async run(deps, job, context) {
    context.report(0, STEPS, 'Loading the package');
    const upload = await getUpload(deps.db, job.accountId, job.uploadId!);
    const archive = await deps.tracing.span('load package', () => deps.blobs.get(upload.sha256));
    context.signal.throwIfAborted();

    context.report(1, STEPS, 'Unpacking and checking the package');
    const switches = await getSwitches(deps.db, job.accountId);
    const reading = await deps.tracing.span('unpack and check', () =>
      deps.packages.read(archive, { switches, repack: true, signal: context.signal }),
    );
    if (!reading.definition || !reading.repacked) return refuse(deps, job, reading);

    const total = reading.files.length + STEPS;
    const files = await deps.tracing.span('store files', () => storeFiles(deps, reading.files, context));
    context.signal.throwIfAborted();
    context.report(total - 1, total, 'Publishing');
    const packed = { sha256: await deps.blobs.put(reading.repacked), size: reading.repacked.byteLength };
    const version = { definition: reading.definition, warnings: reading.warnings, packageSha256: upload.sha256 };
    return deps.tracing.span('publish', () =>
      publishVersion(deps, { job, version: { ...version, archive: packed, files }, total }),
    );
  },
};

/** The package is the uploader's to mend: no other attempt would end differently. */
const refuse = async (
  { db }: Pick<Deps, 'db'>,
  job: Job,
  { errors, warnings }: PackageReading,
): Promise<JobOutcome | undefined> => {
  const end = { state: 'failed', progress: 1, total: STEPS, message: describeProblems(errors) } as const;
  const settled = await settleJob(db, job, { ...end, errors, warnings });
  return settled ? { ...end, appId: job.appId, installationId: null } : undefined;
};

/** One after the other: a build is one of many, and its neighbours want the store too. */
const storeFiles = async (
  { blobs }: Pick<Deps, 'blobs'>,
  files: PackageFile[],
  { report, signal }: JobContext,
): Promise<VersionFile[]> => {
  const stored: VersionFile[] = [];
  for (const { path, bytes } of files) {
    signal.throwIfAborted();
    report(STEPS - 1 + stored.length, files.length + STEPS, `Storing ${path}`);
    stored.push({ path, sha256: await blobs.put(bytes), size: bytes.byteLength });
  }
  return stored;
};
