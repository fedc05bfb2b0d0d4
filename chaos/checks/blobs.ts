import type { Check, Violation } from './violation.ts';

const referred = `
  select sha256 from version_files union select archive_sha256 from app_versions
  union select sha256 from uploads`;

/** After collection the store holds what rows refer to: no more, no less, and whole. */
export const blobs: Check = async ({ db, blobs: stored }) => {
  const { rows } = await db.query<{ sha256: string }>(referred);
  const wanted = new Set(rows.map(({ sha256 }) => sha256));
  const there = new Set(stored.map(({ sha256 }) => sha256));
  return [
    ...stored
      .filter(({ sha256 }) => !wanted.has(sha256))
      .map(({ sha256 }): Violation => ({ kind: 'orphaned blobs', what: `nothing refers to blob ${sha256}` })),
    ...[...wanted]
      .filter((sha256) => !there.has(sha256))
      .map((sha256): Violation => ({ kind: 'missing blobs', what: `a version or an upload refers to blob ${sha256}` })),
    ...stored
      .filter(({ sha256, intact }) => !intact && wanted.has(sha256))
      .map(({ sha256 }): Violation => ({ kind: 'missing blobs', what: `blob ${sha256} is not what its name says` })),
  ];
};
