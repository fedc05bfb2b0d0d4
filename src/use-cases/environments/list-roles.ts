import { randomUUID } from 'node:crypto';
import { ensureDoorRecords, type DoorRecord, type RecordType } from '../../db/door-records.ts';
import { readDoorRecords } from '../../db/door-record-lists.ts';
import type { Queryable } from '../../db/pool.ts';

/** What people of an environment may be; doors name roles where they say whom an app is for. */
export interface EnvironmentRole {
  /** A UUID in small letters, unique in its environment; so is the codename. */
  id: string;
  codename: string;
  name: string;
}

export interface EnvironmentRef {
  accountId: number;
  environmentId: string;
}

/** Of an environment. */
export const MOST_ROLES = 1_000;

/** An environment has them from its beginning. */
const firstRoles = [
  { codename: 'project-manager', name: 'Project manager' },
  { codename: 'developer', name: 'Developer' },
  { codename: 'editor', name: 'Editor' },
];

export const roleType = ({ accountId, environmentId }: EnvironmentRef): RecordType => ({
  accountId,
  door: 'appyard',
  type: `role:${environmentId}`,
});

const roleOf = ({ key, attributes }: DoorRecord): EnvironmentRole => ({
  id: attributes['id'] as string,
  codename: key,
  name: attributes['name'] as string,
});

/**
 * Reads all roles of an environment, oldest first, chunk by chunk. The first time, it makes what an environment has from its
 * beginning. Kept by codename, so however many ask at once, each is made once.
 *
 * @param ref of an environment that is there.
 */
export const readRoles = async function* (
  { db }: { db: Queryable },
  ref: EnvironmentRef,
): AsyncGenerator<EnvironmentRole[], void, undefined> {
  const read = () => readDoorRecords(db, roleType(ref), MOST_ROLES);
  let any = false;
  for await (const records of read()) {
    any = true;
    yield records.map(roleOf);
  }
  if (any) return;
  const first = firstRoles.map(({ codename, name }) => ({ key: codename, attributes: { id: randomUUID(), name } }));
  await ensureDoorRecords(db, roleType(ref), first);
  for await (const records of read()) yield records.map(roleOf);
};

/** All roles of an environment; see {@link readRoles}. */
export const listRoles = async (deps: { db: Queryable }, ref: EnvironmentRef): Promise<EnvironmentRole[]> => {
  const roles: EnvironmentRole[] = [];
  for await (const chunk of readRoles(deps, ref)) roles.push(...chunk);
  return roles;
};
