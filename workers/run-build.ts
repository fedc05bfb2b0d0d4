import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { getSwitches } from '../src/db/accounts.ts';
import { settleJob } from '../src/db/job-attempts.ts';
import { findJobPackage, setJobPackage } from '../src/db/job-packages.ts';
import type { Job } from '../src/db/jobs.ts';
import type { VersionFile } from '../src/db/app-versions.ts';
import { getUpload, type StoredUpload } from '../src/db/uploads.ts';
import type { Deps } from '../src/deps.ts';
import { describeFailedBuild } from '../src/domain/job.ts';
import { declaredBytes } from '../src/domain/archive/declared-bytes.ts';
import { markdownTexts } from '../src/domain/package/listing-texts.ts';
import type { PackageFile } from '../src/domain/package/package-file.ts';
import { describeProblems } from '../src/domain/package/problem.ts';
import { memoryOf, mostMemoryOf } from '../src/packages/build-memory.ts';
import type { MemoryHold } from '../src/packages/memory-budget.ts';
import type { PackageReading } from '../src/packages/read-package.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';
import { digestOf } from '../src/storage/blob-store.ts';
import { publishVersion } from '../src/use-cases/publish-version.ts';
import { reserveBlobs } from '../src/use-cases/reserve-blobs.ts';
import { renderTexts } from '../src/use-cases/texts/render-texts.ts';
import type { JobContext, Processor } from './processor.ts';

/** Steps besides the files: load, unpack and check, publish. */
const STEPS = 3;
/** Longer than a removal that was broken off keeps a blob from being stored, and still within an attempt. */
const RESERVE_MS = 40_000;

/**
 * From an uploaded package to a version of an app. Nothing of it can be seen before the last step, which is one
 * transaction; what an attempt that broke off has stored already is stored again under the same digest.
 */
export const runBuild: Processor = {
  async run(deps, job, context) {
    context.begin('load');
    context.report(0, STEPS, 'Loading the package');
    const upload = await getUpload(deps.db, job.accountId, job.uploadId!);
    const memory = await holdMemory(deps, upload, context);
    try {
      return await buildFrom(deps, { job, upload, memory }, context);
    } finally {
      memory.release();
    }
  },

  /** One round trip: the attempt may have read the package after it was given its job. */
  async describeFailure(db, job, reason) {
    return describeFailedBuild(await findJobPackage(db, job), reason);
  },
};

/** Before the package is loaded, so that builds that wait take no memory; the heartbeat goes on, the time does not. */
const holdMemory = (
  { buildMemory, config }: Pick<Deps, 'buildMemory' | 'config'>,
  { size }: StoredUpload,
  { pauseDuring, report, signal }: JobContext,
): Promise<MemoryHold> => {
  let waits = false;
  const onWait = (): void => {
    waits = true;
    report(0, STEPS, 'Waiting for memory');
  };
  const hold = buildMemory.hold(mostMemoryOf(size, config.limits), { signal, onWait });
  return waits ? pauseDuring(hold) : hold;
};

interface BuildInput {
  job: Job;
  upload: StoredUpload;
  memory: MemoryHold;
}

const buildFrom = async (
  deps: Deps,
  { job, upload, memory }: BuildInput,
  context: JobContext,
): Promise<JobOutcome | undefined> => {
  const uploaded = await deps.blobs.get(upload.sha256);
  context.signal.throwIfAborted();
  const { limits } = deps.config;
  memory.shrinkTo(memoryOf(uploaded.byteLength, declaredBytes(uploaded, limits)));

  context.begin('check');
  context.report(1, STEPS, 'Unpacking and checking the package');
  const switches = await getSwitches(deps.db, job.accountId);
  const reading = await deps.packages.read(uploaded, { switches, repack: true, signal: context.signal });
  await setJobPackage(deps.db, job, reading.identity);
  if (!reading.definition || !reading.repacked) return refuse(deps, job, reading, context);

  const { digests: texts } = await renderTexts(deps, markdownTexts(reading.definition), context.signal);
  const total = reading.files.length + STEPS;
  context.begin('store');
  const files = await digestAll(reading.files);
  const archive = digested(reading.repacked);
  const wait = { waitMs: RESERVE_MS, signal: context.signal };
  const reserved = await reserveBlobs(deps, [...files, archive], wait);
  await storeFiles(deps, files, context);
  context.signal.throwIfAborted();
  context.begin('publish');
  context.report(total - 1, total, 'Publishing');
  await deps.blobs.put(archive.bytes, archive.sha256);
  const { definition, warnings } = reading;
  const version = { definition, warnings, packageSha256: upload.sha256, archive, files };
  return publishVersion(deps, { job, version, texts, reserved, total, steps: context.steps });
};

/** The package is the uploader's to mend: no other attempt would end differently. */
const refuse = async (
  { db }: Pick<Deps, 'db'>,
  job: Job,
  { errors, warnings, identity }: PackageReading,
  { steps }: JobContext,
): Promise<JobOutcome | undefined> => {
  const found = { file: job.package?.file ?? null, ...identity };
  const message = describeFailedBuild(found, describeProblems(errors));
  const end = { state: 'failed', progress: 1, total: STEPS, message } as const;
  const settled = await settleJob(db, job, { ...end, errors, warnings, steps: steps() });
  return settled ? { ...end, appId: job.appId, installationId: null } : undefined;
};

interface Digested {
  bytes: Uint8Array;
  sha256: string;
  size: number;
}

const digested = (bytes: Uint8Array): Digested => ({ bytes, sha256: digestOf(bytes), size: bytes.byteLength });

type FileToStore = VersionFile & Digested;

/** With a pause after each, so that a large package does not keep the thread from everything else. */
const digestAll = async (files: PackageFile[]): Promise<FileToStore[]> => {
  const all: FileToStore[] = [];
  for (const { path, bytes } of files) {
    all.push({ path, ...digested(bytes) });
    await nextTurn();
  }
  return all;
};

/** Few at once: a build is one of many, and its neighbours want the store too. As many as Node has threads for files. */
const STORED_AT_ONCE = 4;

const storeFiles = async (
  { blobs }: Pick<Deps, 'blobs'>,
  files: FileToStore[],
  { report, signal }: JobContext,
): Promise<void> => {
  const limit = pLimit(STORED_AT_ONCE);
  let stored = 0;
  let failure: unknown;
  const store = async ({ path, bytes, sha256 }: FileToStore): Promise<void> => {
    if (failure !== undefined) return;
    try {
      signal.throwIfAborted();
      report(STEPS - 1 + stored, files.length + STEPS, `Storing ${path}`);
      await blobs.put(bytes, sha256);
      stored += 1;
    } catch (err) {
      failure ??= err;
    }
  };
  // Files of the same content are one blob. What is under way when one fails ends within the attempt.
  await limit.map(new Map(files.map((file) => [file.sha256, file])).values(), store);
  if (failure !== undefined) throw failure;
};
