import { listAppsWithPlainSecrets } from '../db/installation-secrets.ts';
import { keepKeyMarks } from '../db/installation.ts';
import { withTransaction, type Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { secretKinds } from '../domain/settings.ts';
import { sealedWith } from '../secrets/cipher.ts';
import { sealPlainDefaults } from './secret-defaults.ts';
import { sealNewlySecure } from './seal-newly-secure.ts';
import { sealedPlaces, type SealedPlace, type SealedRow } from './sealed-places.ts';

interface PlaceRotation {
  /** What one of its rows is called, e.g. `installation`. */
  row: string;
  changedValues: number;
  changedRows: number;
}

export interface Rotation {
  places: PlaceRotation[];
  /** Values that lay in clear although they are secret: given to a release that knew no better. */
  sealedPlain: number;
  /** Values that did not open, by the id of their key. */
  failures: Map<string, number>;
  /** Ids of the keys that are in use afterwards. */
  usedKeys: string[];
}

/** Rows that one transaction holds: it takes some 20 ms, and that is how long a change of settings waits at the most. */
const BATCH = 100;

/**
 * Seals every value anew, in all accounts, that is not sealed with the first key. Each batch is a transaction of its
 * own: what is done stays done when it is broken off, and another run goes on from there. Rows that somebody else holds
 * are waited for one by one, so nobody waits in a circle, and a change made meanwhile is kept.
 *
 * A value that no key opens stays as it is and is counted. The marks of keys that are no longer in use are removed.
 */
export const rotateSecrets = async (deps: Pick<Deps, 'db' | 'cipher'>): Promise<Rotation> => {
  const failures = new Map<string, number>();
  const sealedPlain = await sealPlain(deps);
  const places: PlaceRotation[] = [];
  for (const place of sealedPlaces) places.push(await rotatePlace(deps, place, failures));
  const used = await Promise.all(sealedPlaces.map((place) => place.listKeys(deps.db)));
  const usedKeys = [...new Set(used.flat())];
  // A key that opens nothing any more is none of this installation's: nobody may start with it alone.
  await keepKeyMarks(deps.db, [...new Set([...usedKeys, deps.cipher.keyIds[0]!])]);
  return { places, sealedPlain, failures, usedKeys };
};

const sealPlain = async ({ db, cipher }: Pick<Deps, 'db' | 'cipher'>): Promise<number> => {
  let sealed = await sealPlainDefaults({ db, cipher }, Infinity);
  for (const { appId, names } of await listAppsWithPlainSecrets(db, secretKinds))
    sealed += await withTransaction(db, (tx) => sealNewlySecure(tx, cipher, { appId, names, turned: [] }));
  return sealed;
};

const rotatePlace = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  place: SealedPlace,
  failures: Map<string, number>,
): Promise<PlaceRotation> => {
  const done = { row: place.row, changedValues: 0, changedRows: 0 };
  const reseal = async (tx: Queryable, rows: SealedRow[]): Promise<void> => {
    for (const row of rows) {
      const anew = sealAnew(cipher, row, failures);
      const changed = Object.keys(anew).length;
      if (changed === 0) continue;
      await row.replace(tx, anew);
      done.changedValues += changed;
      done.changedRows += 1;
    }
  };
  let afterId = 0;
  for (;;) {
    const ids = await place.list(db, { keyId: cipher.keyIds[0]!, afterId, limit: BATCH });
    if (ids.length === 0) return done;
    afterId = ids.at(-1)!;
    const free = await withTransaction(db, async (tx) => {
      const rows = await place.holdFree(tx, ids);
      await reseal(tx, rows);
      return new Set(rows.map(({ id }) => id));
    });
    for (const id of ids.filter((one) => !free.has(one)))
      await withTransaction(db, async (tx) => {
        const row = await place.hold(tx, id);
        if (row) await reseal(tx, [row]);
      });
  }
};

/** The values of a row that the first key has not sealed, sealed with it. */
const sealAnew = (
  cipher: Deps['cipher'],
  { values }: SealedRow,
  failures: Map<string, number>,
): Record<string, string> => {
  const anew: [string, string][] = [];
  for (const { name, sealed, context } of values) {
    const keyId = sealedWith(sealed);
    if (keyId === cipher.keyIds[0]) continue;
    try {
      anew.push([name, cipher.seal(cipher.open(sealed, context), context)]);
    } catch {
      failures.set(keyId, (failures.get(keyId) ?? 0) + 1);
    }
  }
  return Object.fromEntries(anew);
};
