import { shortened, type Actor, type AuditAction, type AuditState, type AuditSubject } from '../domain/audit.ts';
import { firstChunk, readInChunks, type Placed } from './chunks.ts';
import type { Queryable } from './pool.ts';

export interface NewAuditEntry {
  accountId: number;
  actor: Actor;
  action: AuditAction;
  /** `id` is null where it has no number. */
  subject: { type: AuditSubject; id: number | null; name: string };
  /** Of an installation: the app it is of. */
  appId?: number;
  before?: AuditState;
  after?: AuditState;
}

export interface AuditEntry {
  id: number;
  createdAt: Date;
  action: AuditAction;
  actorId: number | null;
  actorName: string;
  ip: string | null;
  subjectType: AuditSubject;
  subjectId: number | null;
  subjectName: string;
  before: AuditState | null;
  after: AuditState | null;
}

/** Call it in the transaction of the action: neither exists without the other. Long values are cut. */
export const insertAuditEntry = async (tx: Queryable, entry: NewAuditEntry): Promise<void> => {
  const { actor, subject } = entry;
  await tx.query(
    `insert into audit_entries (account_id, action, actor_id, actor_name, ip, subject_type, subject_id, subject_name,
       app_id, before, after)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      entry.accountId,
      entry.action,
      actor.userId,
      actor.name,
      actor.ip,
      subject.type,
      subject.id,
      subject.name,
      entry.appId ?? null,
      entry.before === undefined ? null : JSON.stringify(shortened(entry.before)),
      entry.after === undefined ? null : JSON.stringify(shortened(entry.after)),
    ],
  );
};

/** What an act on an app does to its installations: one entry for each, in the log of the account it belongs to. */
interface ActOnInstallations {
  appId: number;
  /** The account of whoever acts: the others are not told who it was. */
  accountId: number;
  actor: Actor;
}

/** How whoever acts is called in the logs of other accounts. */
const DEVELOPER = 'developer of the app';

/** Call it before the installations move. */
export const insertMovedEntries = async (
  tx: Queryable,
  { appId, accountId, actor }: ActOnInstallations,
  version: string | null,
): Promise<void> => {
  await tx.query(
    `insert into audit_entries (account_id, action, actor_id, actor_name, ip, subject_type, subject_id, subject_name,
       before, after)
     select i.account_id, 'update', ${known('$3::bigint')}, coalesce(${known('$4')}, $6), ${known('$5')}, 'installation', i.id,
       i.title, jsonb_build_object('version', v.outline ->> 'version'), jsonb_build_object('version', $7::text)
     from installations i join app_versions v on v.id = i.version_id where i.app_id = $1 order by i.id`,
    [appId, accountId, actor.userId, actor.name, actor.ip, DEVELOPER, version],
  );
};

/** One installation moves to another version. Call it before it does. */
export const insertMovedEntry = async (
  tx: Queryable,
  { accountId, installationId, versionId }: { accountId: number; installationId: number; versionId: number },
  actor: Actor,
): Promise<void> => {
  await tx.query(
    `insert into audit_entries (account_id, action, actor_id, actor_name, ip, subject_type, subject_id, subject_name,
       before, after)
     select i.account_id, 'update', $4, $5, $6, 'installation', i.id, i.title,
       jsonb_build_object('version', old.outline ->> 'version'),
       jsonb_build_object('version', new.outline ->> 'version')
     from installations i join app_versions old on old.id = i.version_id join app_versions new on new.id = $3
     where i.account_id = $1 and i.id = $2`,
    [accountId, installationId, versionId, actor.userId, actor.name, actor.ip],
  );
};

/** Call it before the installations go with their app. */
export const insertRemovedEntries = async (
  tx: Queryable,
  { appId, accountId, actor }: ActOnInstallations,
): Promise<void> => {
  await tx.query(
    `insert into audit_entries (account_id, action, actor_id, actor_name, ip, subject_type, subject_id, subject_name,
       before)
     select i.account_id, 'destroy', ${known('$3::bigint')}, coalesce(${known('$4')}, $6), ${known('$5')}, 'installation', i.id,
       i.title, jsonb_build_object('appId', i.app_id, 'product', i.product)
     from installations i where i.app_id = $1 order by i.id`,
    [appId, accountId, actor.userId, actor.name, actor.ip, DEVELOPER],
  );
};

const known = (value: string): string => `case when i.account_id = $2 then ${value} end`;

export interface AuditFilter {
  accountId: number;
  action: AuditAction | undefined;
  actorId: number | undefined;
  ip: string | undefined;
  subjectType: AuditSubject | undefined;
  subjectId: number | undefined;
  /** Both ends are part of it. */
  from: Date | undefined;
  to: Date | undefined;
}

/** A part of a list in the order of the ids. */
export interface AuditPage {
  /** Only entries beyond this one, in the direction of reading. */
  beyond: number | undefined;
  newestFirst: boolean;
  limit: number;
}

const columns = `id, created_at as "createdAt", action, actor_id as "actorId", actor_name as "actorName", ip,
  subject_type as "subjectType", subject_id as "subjectId", subject_name as "subjectName", before, after`;

/** The ids of these entries, in the direction of reading, for {@link readAuditEntries}. */
export const listAuditEntryIds = async (
  db: Queryable,
  filter: AuditFilter,
  { beyond, newestFirst, limit }: AuditPage,
): Promise<{ id: number }[]> => {
  const { rows } = await db.query<{ id: number }>(
    `select id from audit_entries where account_id = $1 and ($2::text is null or action = $2)
       and ($3::bigint is null or actor_id = $3) and ($4::text is null or ip = $4)
       and ($5::text is null or subject_type = $5) and ($6::bigint is null or subject_id = $6)
       and ($7::timestamptz is null or created_at >= $7) and ($8::timestamptz is null or created_at <= $8)
       and ($9::bigint is null or id ${newestFirst ? '<' : '>'} $9)
     order by id ${newestFirst ? 'desc' : 'asc'} limit $10`,
    [
      filter.accountId,
      filter.action,
      filter.actorId,
      filter.ip,
      filter.subjectType,
      filter.subjectId,
      filter.from,
      filter.to,
      beyond,
      limit,
    ],
  );
  return rows;
};

const weighed = `
  select n.place, e.id, 400 + octet_length(e.subject_name) + coalesce(octet_length(e.before::text), 0)
    + coalesce(octet_length(e.after::text), 0) as bytes
  from unnest($2::bigint[]) with ordinality n (id, place) join audit_entries e on e.account_id = $1 and e.id = n.id`;

/** Reads entries by their ids, in this order, chunk by chunk. */
export const readAuditEntries = (
  db: Queryable,
  accountId: number,
  ids: readonly number[],
): AsyncGenerator<Placed<AuditEntry>[], void, undefined> =>
  readInChunks(ids, async (asked) => {
    const { rows } = await db.query<Placed<AuditEntry>>(
      `select c.place, ${columns} from ${firstChunk(weighed)} c join audit_entries using (id)
       where account_id = $1 order by c.place`,
      [accountId, asked],
    );
    return rows;
  });

export const findAuditEntry = async (db: Queryable, accountId: number, id: number): Promise<AuditEntry | undefined> => {
  const { rows } = await db.query<AuditEntry>(
    `select ${columns} from audit_entries where account_id = $1 and id = $2`,
    [accountId, id],
  );
  return rows[0];
};

/**
 * Puts a mark in the place of what entries of an app's installations say under these fields, in the logs of all accounts:
 * they turned out to be secret. Installations that are gone are no exception.
 */
export const hideAuditedFields = async (
  tx: Queryable,
  appId: number,
  { fields, mark }: { fields: string[]; mark: string },
): Promise<void> => {
  const marked = (state: string): string =>
    `${state} || (select coalesce(jsonb_object_agg(f, $3::text), '{}') from unnest($2::text[]) f where ${state} ? f)`;
  await tx.query(
    `update audit_entries set before = ${marked('before')}, after = ${marked('after')}
     where app_id = $1 and (before ?| $2::text[] or after ?| $2::text[])`,
    [appId, fields, mark],
  );
};

/**
 * Of all accounts: those of so many days ago among the `limit` oldest.
 *
 * @returns how many it deleted.
 */
export const deleteOldAuditEntries = async (db: Queryable, days: number, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from audit_entries where id in (
       select id from (select id, created_at from audit_entries order by id limit $2) oldest
       where created_at < now() - make_interval(days => $1))`,
    [days, limit],
  );
  return rowCount ?? 0;
};
