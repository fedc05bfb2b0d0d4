import type { Queryable } from '../../src/db/pool.ts';
import type { Asked } from '../driver/ledger.ts';

export const violationKinds = [
  'lost',
  'done twice',
  'half-installed',
  'orphaned blobs',
  'missing blobs',
  'contradicting polls',
  'unexpected ends',
  'forbidden answers',
  'crashed processes',
] as const;
export type ViolationKind = (typeof violationKinds)[number];

/** Something that may never be. */
export interface Violation {
  kind: ViolationKind;
  what: string;
  /** To look for in rows and logs. */
  jobId?: string;
}

/** What checks judge by. */
export interface Evidence {
  db: Queryable;
  /** What clients asked for and were told. */
  asked: readonly Asked[];
  /** From request to end, the longest that is allowed, in milliseconds. */
  boundMs: number;
  /** When something befell a worker, in milliseconds since 1970. */
  workerFaults: readonly number[];
  /** What the blob store holds after collection. */
  blobs: readonly StoredBlob[];
}

export interface StoredBlob {
  /** Its name. */
  sha256: string;
  /** It is what its name says. */
  intact: boolean;
}

export type Check = (evidence: Evidence) => Promise<Violation[]>;

/** For each row that a statement finds, what is wrong with it. */
export const violationsOf = async <Row extends object>(
  { db }: Pick<Evidence, 'db'>,
  kind: ViolationKind,
  sql: string,
  describe: (row: Row) => Omit<Violation, 'kind'>,
): Promise<Violation[]> => (await db.query<Row>(sql)).rows.map((row) => ({ kind, ...describe(row) }));
