import { attributeColumn, secondsOf } from './catalogue-lists.ts';
import type { DoorRecord, RecordType } from './door-records.ts';
import { selectPage, type ListColumn, type ListPage, type ListRequest } from './list-page.ts';
import type { Queryable } from './pool.ts';

/** A column of a record, or an attribute; which ones there are is its door's business. */
export type RecordColumnRef =
  'id' | 'createdAt' | 'updatedAt' | { attribute: string; type: 'text' | 'flag'; foldsCase?: boolean };

const ofType = 'from door_records r where r.account_id = $1 and r.door = $2 and r.type = $3';

const columnOf = (ref: RecordColumnRef): ListColumn => {
  if (ref === 'id') return { sql: 'r.id', type: 'number' };
  if (ref === 'createdAt') return { sql: secondsOf('r.created_at'), type: 'number' };
  if (ref === 'updatedAt') return { sql: secondsOf('r.updated_at'), type: 'number' };
  return { ...ref, ...attributeColumn('r.attributes', ref.attribute, ref.type) };
};

export const pageOfRecords = (
  db: Queryable,
  { accountId, door, type }: RecordType,
  { columns, ...request }: ListRequest & { columns: Record<string, RecordColumnRef> },
): Promise<ListPage> =>
  selectPage(
    db,
    {
      sql: ofType,
      values: [accountId, door, type],
      id: 'r.id',
      columns: Object.fromEntries(Object.entries(columns).map(([name, ref]) => [name, columnOf(ref)])),
    },
    request,
  );

/** Those of these records that are of the type, in no order. */
export const loadRecords = async (db: Queryable, type: RecordType, ids: number[]): Promise<DoorRecord[]> => {
  const { rows } = await db.query<DoorRecord>(
    `select r.id, r.key, r.attributes, r.created_at as "createdAt", r.updated_at as "updatedAt" ${ofType}
       and r.id = any($4)`,
    [type.accountId, type.door, type.type, ids],
  );
  return rows;
};

/** A record of whatever account, with that account's subdomain: for what is published to everyone. */
export const findPublicRecord = async (
  db: Queryable,
  { door, type }: Pick<RecordType, 'door' | 'type'>,
  id: number,
): Promise<(DoorRecord & { accountId: number; owner: string }) | undefined> => {
  const { rows } = await db.query<DoorRecord & { accountId: number; owner: string }>(
    `select r.id, r.key, r.attributes, r.created_at as "createdAt", r.updated_at as "updatedAt",
       r.account_id as "accountId", o.subdomain as owner
     from door_records r join accounts o on o.id = r.account_id where r.door = $1 and r.type = $2 and r.id = $3`,
    [door, type, id],
  );
  return rows[0];
};
