import { AppError } from '../errors.ts';
import { isUniqueViolation } from './errors.ts';
import type { Queryable } from './pool.ts';

/** Which things: `environment` of one door, `role` of another. */
export interface RecordType {
  accountId: number;
  door: string;
  type: string;
}

/** A small thing that one door needs for itself. */
export interface DoorRecord {
  id: number;
  /** What its door calls it; unique in its account, door and type. */
  key: string;
  attributes: Record<string, unknown>;
  createdAt: Date;
  updatedAt: Date;
}

const columns = `id, key, attributes, created_at as "createdAt", updated_at as "updatedAt"`;
const ofType = `account_id = $1 and door = $2 and type = $3`;
const typeOf = ({ accountId, door, type }: RecordType): [number, string, string] => [accountId, door, type];

/** @throws AppError `key_taken`, for an environment also when another account has one with the key. */
export const insertDoorRecord = async (
  db: Queryable,
  type: RecordType,
  { key, attributes }: Pick<DoorRecord, 'key' | 'attributes'>,
): Promise<DoorRecord> => {
  try {
    const { rows } = await db.query<DoorRecord>(
      `insert into door_records (account_id, door, type, key, attributes) values ($1, $2, $3, $4, $5)
       returning ${columns}`,
      [...typeOf(type), key, JSON.stringify(attributes)],
    );
    return rows[0]!;
  } catch (err) {
    if (isUniqueViolation(err, 'door_records_key') || isUniqueViolation(err, 'door_records_environment_idx'))
      throw new AppError('key_taken', 409, `There is a ${type.type} "${key}" already.`);
    throw err;
  }
};

/** For what an account has from its beginning: made when it is first asked for, once however many ask. */
export const ensureDoorRecords = async (
  db: Queryable,
  type: RecordType,
  records: Pick<DoorRecord, 'key' | 'attributes'>[],
): Promise<void> => {
  await db.query(
    `insert into door_records (account_id, door, type, key, attributes)
     select $1, $2, $3, r.key, r.attributes from jsonb_to_recordset($4) as r (key text, attributes jsonb)
     where not exists (select 1 from door_records where ${ofType})
     on conflict on constraint door_records_key do nothing`,
    [...typeOf(type), JSON.stringify(records)],
  );
};

export const findDoorRecord = async (db: Queryable, type: RecordType, key: string): Promise<DoorRecord | undefined> => {
  const { rows } = await db.query<DoorRecord>(`select ${columns} from door_records where ${ofType} and key = $4`, [
    ...typeOf(type),
    key,
  ]);
  return rows[0];
};

export const findDoorRecordById = async (
  db: Queryable,
  type: RecordType,
  id: number,
): Promise<DoorRecord | undefined> => {
  const { rows } = await db.query<DoorRecord>(`select ${columns} from door_records where ${ofType} and id = $4`, [
    ...typeOf(type),
    id,
  ]);
  return rows[0];
};

/** Merges what is given into its attributes; undefined when there is none. */
export const changeDoorRecord = async (
  db: Queryable,
  type: RecordType,
  id: number,
  attributes: Record<string, unknown>,
): Promise<DoorRecord | undefined> => {
  const { rows } = await db.query<DoorRecord>(
    `update door_records set attributes = attributes || $5, updated_at = now() where ${ofType} and id = $4
     returning ${columns}`,
    [...typeOf(type), id, JSON.stringify(attributes)],
  );
  return rows[0];
};

/** False when there is none. */
export const deleteDoorRecord = async (db: Queryable, type: RecordType, id: number): Promise<boolean> => {
  const { rowCount } = await db.query(`delete from door_records where ${ofType} and id = $4`, [...typeOf(type), id]);
  return rowCount === 1;
};
