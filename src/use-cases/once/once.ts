import { setTimeout as sleep } from 'node:timers/promises';
import { findAnswer, holdKey, keepAnswer, type KeyRef } from '../../db/idempotency-keys.ts';
import { inOneTransaction } from '../../db/one-transaction.ts';
import type { Queryable } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import { OwnRuleError } from '../../errors.ts';
import { answerContext, fingerprintOf, readAnswer, writeAnswer, type KeptAnswer } from './kept-answer.ts';

/** What a door answers with; the body is sent as JSON. */
export interface Answer {
  status: number;
  body: object;
}

export interface OnceInput<Stores> extends KeyRef {
  /** All that makes it another request: the route, its fields as they were understood, digests of files. */
  asked: unknown;
  /** What takes long and can be done twice without harm: before the transaction, and not for a known answer. */
  prepare: (() => Promise<void>) | undefined;
  /**
   * Does it, with nothing but the stores that it is given: its `db` stands for the one transaction of it all. What it
   * throws undoes everything, and nothing is kept.
   */
  work: (stores: Stores) => Promise<Answer>;
}

export interface OnceAnswer extends Pick<KeptAnswer, 'status' | 'text'> {
  replayed: boolean;
}

interface OnceLimits {
  /** How long a repeat waits for the request that it repeats. */
  waitMs: number;
  /** How long the request itself may stand still: then the database takes it back, and a repeat does the work. */
  idleMs: number;
}

const LIMITS: OnceLimits = { waitMs: 30_000, idleMs: 20_000 };
const POLL_MS = 75;

/**
 * Carries a request out once, however often it comes, at however many processes. The work and its answer are one
 * transaction: either both are there or neither, whatever dies. Whoever comes meanwhile asks every 75 ms, and holds no
 * connection between two questions. Four statements more than without a key: the kept answer, the key's lock, the
 * kept answer again, the insert.
 *
 * @throws OwnRuleError `idempotency_key_reused` (422) when another request came under the key; `request_in_progress`
 *   (409) when the first one has not ended after 30 s; whatever `work` throws.
 */
export const once = async <Stores extends Pick<Deps, 'db' | 'cipher'>>(
  deps: Stores,
  input: OnceInput<Stores>,
  { waitMs, idleMs }: OnceLimits = LIMITS,
): Promise<OnceAnswer> => {
  const fingerprint = fingerprintOf(input.asked);
  const deadline = performance.now() + waitMs;
  let prepare = input.prepare;
  for (;;) {
    const known = await findKnown(deps, input, fingerprint);
    if (known) return known;
    await prepare?.();
    prepare = undefined;
    const done = await attempt(deps, input, { fingerprint, idleMs });
    if (done) return done;
    if (performance.now() >= deadline) throw inProgress();
    await sleep(POLL_MS);
  }
};

/** Undefined while another request holds the key. */
const attempt = <Stores extends Pick<Deps, 'db' | 'cipher'>>(
  deps: Stores,
  input: OnceInput<Stores>,
  { fingerprint, idleMs }: { fingerprint: string; idleMs: number },
): Promise<OnceAnswer | undefined> =>
  inOneTransaction(deps.db, async (db) => {
    if (!(await holdKey(db, input, idleMs))) return undefined;
    // Whoever held the key until now may have answered since we looked.
    const known = await findKnown({ ...deps, db }, input, fingerprint);
    if (known) return known;
    const { status, body } = await input.work({ ...deps, db });
    const text = JSON.stringify(body);
    const written = writeAnswer({ fingerprint, status, text });
    await keepAnswer(db, input, deps.cipher.seal(written, answerContext(input)));
    return { status, text, replayed: false };
  });

const findKnown = async (
  { db, cipher }: { db: Queryable } & Pick<Deps, 'cipher'>,
  ref: KeyRef,
  fingerprint: string,
): Promise<OnceAnswer | undefined> => {
  const sealed = await findAnswer(db, ref);
  if (sealed === undefined) return undefined;
  const { status, text, ...known } = readAnswer(cipher.open(sealed, answerContext(ref)));
  if (known.fingerprint !== fingerprint)
    throw new OwnRuleError(
      'idempotency_key_reused',
      422,
      'Another request was answered under this Idempotency-Key within the last 24 hours. Use a new key for a new request.',
    );
  return { status, text, replayed: true };
};

const inProgress = (): OwnRuleError =>
  new OwnRuleError(
    'request_in_progress',
    409,
    'The first request under this Idempotency-Key has not ended yet. Send it again, with the same key, in a few seconds.',
    { retryAfter: 5 },
  );
