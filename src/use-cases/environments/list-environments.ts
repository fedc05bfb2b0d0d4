import { randomUUID } from 'node:crypto';
import { ensureDoorRecords, findDoorRecord, type DoorRecord, type RecordType } from '../../db/door-records.ts';
import { readDoorRecords } from '../../db/door-record-lists.ts';
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

/** Reads all environments of an account, oldest first, chunk by chunk: at least the one that it has from its beginning. */
export const readEnvironments = async function* (
  { db }: { db: Queryable },
  accountId: number,
): AsyncGenerator<Environment[], void, undefined> {
  const read = () => readDoorRecords(db, environmentType(accountId), MOST_ENVIRONMENTS);
  let any = false;
  for await (const records of read()) {
    any = true;
    yield records.map(environmentOf);
  }
  if (any) return;
  await makeFirst({ db }, accountId);
  for await (const records of read()) yield records.map(environmentOf);
};

/** All environments of an account; see {@link readEnvironments}. */
export const listEnvironments = async (deps: { db: Queryable }, accountId: number): Promise<Environment[]> => {
  const environments: Environment[] = [];
  for await (const chunk of readEnvironments(deps, accountId)) environments.push(...chunk);
  return environments;
};

/** Its id is drawn by whoever comes first and kept under a fixed name: however many ask at once, there is one. */
const makeFirst = async ({ db }: { db: Queryable }, accountId: number): Promise<void> => {
  const drawn = { accountId, door: 'appyard', type: 'first-environment' };
  await ensureDoorRecords(db, drawn, [{ key: 'id', attributes: { id: randomUUID() } }]);
  const { attributes } = (await findDoorRecord(db, drawn, 'id'))!;
  const first = { key: attributes['id'] as string, attributes: { name: FIRST_NAME } };
  await ensureDoorRecords(db, environmentType(accountId), [first]);
};
