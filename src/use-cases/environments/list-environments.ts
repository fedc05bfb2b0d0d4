import { randomUUID } from 'node:crypto';
import {
  ensureDoorRecords,
  findDoorRecord,
  listDoorRecords,
  type DoorRecord,
  type RecordType,
} from '../../db/door-records.ts';
import type { Queryable } from '../../db/pool.ts';

/** A part of an account with apps of its own, for the doors that know such. */
export interface Environment {
  /** A UUID in small letters; no other account has one with it. */
  id: string;
  name: string;
}

/** Of an account. */
export const MOST_ENVIRONMENTS = 1_000;
const FIRST_NAME = 'Production';

export const environmentType = (accountId: number): RecordType => ({ accountId, door: 'appyard', type: 'environment' });

const environmentOf = ({ key, attributes }: DoorRecord): Environment => ({
  id: key,
  name: attributes['name'] as string,
});

/** All environments of an account, oldest first: at least the one that it has from its beginning. One round trip. */
export const listEnvironments = async ({ db }: { db: Queryable }, accountId: number): Promise<Environment[]> => {
  const list = async (): Promise<Environment[]> =>
    (await listDoorRecords(db, environmentType(accountId), MOST_ENVIRONMENTS)).map(environmentOf);
  const there = await list();
  if (there.length > 0) return there;
  await makeFirst({ db }, accountId);
  return list();
};

/** Its id is drawn by whoever comes first and kept under a fixed name: however many ask at once, there is one. */
const makeFirst = async ({ db }: { db: Queryable }, accountId: number): Promise<void> => {
  const drawn = { accountId, door: 'appyard', type: 'first-environment' };
  await ensureDoorRecords(db, drawn, [{ key: 'id', attributes: { id: randomUUID() } }]);
  const { attributes } = (await findDoorRecord(db, drawn, 'id'))!;
  const first = { key: attributes['id'] as string, attributes: { name: FIRST_NAME } };
  await ensureDoorRecords(db, environmentType(accountId), [first]);
};
