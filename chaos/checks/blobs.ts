import type { Check, Violation } from './violation.ts';

const referred = `
  select sha256 from version_files union select archive_sha256 from app_versions
  union select package_sha256 from app_versions union select sha256 from uploads`;

const served = 'select sha256 from version_files union select archive_sha256 from app_versions';

/** After collection the store holds what rows refer to: no more, no less, and whole. */
export const blobs: Check = async ({ db, blobs: stored }) => {
  if (!stored) return [];
  const digestsOf = async (sql: string): Promise<Set<string>> =>
    new Set((await db.query<{ sha256: string }>(sql)).rows.map(({ sha256 }) => sha256));
  const wanted = await digestsOf(referred);
  const there = new Set(stored.map(({ sha256 }) => sha256));
  return [
    ...stored
      .filter(({ sha256 }) => !wanted.has(sha256))
      .map(({ sha256 }): Violation => ({ kind: 'orphaned blobs', what: `nothing refers to blob ${sha256}` })),
    ...[...(await digestsOf(served))]
      .filter((sha256) => !there.has(sha256))
      .map((sha256): Violation => ({ kind: 'missing blobs', what: `a version refers to blob ${sha256}` })),
    ...stored
      .filter(({ sha256, intact }) => !intact && wanted.has(sha256))
      .map(({ sha256 }): Violation => ({ kind: 'missing blobs', what: `blob ${sha256} is not what its name says` })),
  ];
};
