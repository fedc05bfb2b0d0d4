import { attributeColumn, secondsOf } from './catalogue-lists.ts';
import { firstChunk, readPage, type Found, type Placed } from './chunks.ts';
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

const weighed = `select array_position($4::bigint[], r.id) as place, r.id, 200 + coalesce(r.attribute_bytes, 0) as bytes
  ${ofType} and r.id = any($4)`;

/** The first chunk of those of these records that are of the type, in the order of the ids. */
export const loadRecords = async (
  db: Queryable,
  type: RecordType,
  ids: readonly number[],
): Promise<Placed<DoorRecord>[]> => {
  const { rows } = await db.query<Placed<DoorRecord>>(
    `select c.place, r.id, r.key, r.attributes, r.created_at as "createdAt", r.updated_at as "updatedAt"
     from ${firstChunk(weighed)} c join door_records r on r.id = c.id order by c.place`,
    [type.accountId, type.door, type.type, ids],
  );
  return rows;
};

const listed = `select r.id as place, 200 + coalesce(r.attribute_bytes, 0) as bytes ${ofType} and r.id > $4
  order by r.id limit $5`;

/** Reads the oldest `limit` records of a type, oldest first, chunk by chunk. */
export const readDoorRecords = (
  db: Queryable,
  type: RecordType,
  limit: number,
): AsyncGenerator<DoorRecord[], void, undefined> =>
  readPage<DoorRecord>({ after: 0, limit }, async (after, most) => {
    const { rows } = await db.query<Found<DoorRecord>>(
      `select c.found, r.id, r.key, r.attributes, r.created_at as "createdAt", r.updated_at as "updatedAt"
       from ${firstChunk(listed)} c join door_records r on r.id = c.place order by r.id`,
      [type.accountId, type.door, type.type, after, most],
    );
    return rows;
  }).chunks;

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
