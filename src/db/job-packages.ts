import type { JobPackage } from '../domain/job.ts';
import type { PackageIdentity } from '../domain/package/package-identity.ts';
import type { Attempt } from './jobs.ts';
import type { Queryable } from './pool.ts';

/** Keeps what a build's package calls itself. Nothing changes when another attempt has taken the job over. */
export const setJobPackage = async (
  db: Queryable,
  { id, attempt }: Attempt,
  { name, version }: PackageIdentity,
): Promise<void> => {
  await db.query(
    `update jobs set package = coalesce(package, '{"file": null}') || jsonb_build_object('name', $3::text, 'version', $4::text)
     where id = $1 and attempt = $2 and state = 'working'`,
    [id, attempt, name, version],
  );
};

export const findJobPackage = async (db: Queryable, { id }: Pick<Attempt, 'id'>): Promise<JobPackage | null> => {
  const { rows } = await db.query<{ package: JobPackage | null }>('select package from jobs where id = $1', [id]);
  return rows[0]?.package ?? null;
};
