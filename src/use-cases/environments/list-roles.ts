import { randomUUID } from 'node:crypto';
import { ensureDoorRecords, listDoorRecords, type DoorRecord, type RecordType } from '../../db/door-records.ts';
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
 * All roles of an environment, oldest first. One round trip, but for the first time: what it has from its beginning is
 * made then. Kept by codename, so however many ask at once, each is made once.
 *
 * @param ref of an environment that is there.
 */
export const listRoles = async ({ db }: { db: Queryable }, ref: EnvironmentRef): Promise<EnvironmentRole[]> => {
  const list = async (): Promise<EnvironmentRole[]> =>
    (await listDoorRecords(db, roleType(ref), MOST_ROLES)).map(roleOf);
  const there = await list();
  if (there.length > 0) return there;
  const first = firstRoles.map(({ codename, name }) => ({ key: codename, attributes: { id: randomUUID(), name } }));
  await ensureDoorRecords(db, roleType(ref), first);
  return list();
};
