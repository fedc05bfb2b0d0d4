import { findKeyedApp, insertAppKey, type AppKey, type KeyedApp, type KeyRef } from '../../db/app-keys.ts';
import type { Queryable } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { prepareSigningKey } from './create-signing-key.ts';

/** Key pairs that are being made, by app: many requests at once for the first key of an app make one. */
const inWork = new WeakMap<Queryable, Map<number, Promise<AppKey | undefined>>>();

/**
 * Finds an app that the account may see or has installed, and its key pair. An app without one gets one, for good. Call it
 * outside of transactions: an RSA key takes some tenths of a second.
 *
 * @throws NotFoundError when there is no such app; OwnRuleError `too_many_keys`
 */
export const ensureAppKey = async (
  deps: Pick<Deps, 'db' | 'cipher'>,
  ref: KeyRef,
): Promise<KeyedApp & { key: AppKey }> => {
  const app = await findKeyedApp(deps.db, ref);
  const key = app && (app.key ?? (await makeOnce(deps, app)));
  if (!app || !key) throw new NotFoundError(`App ${ref.id} not found.`);
  return { ...app, key };
};

const makeOnce = (deps: Pick<Deps, 'db' | 'cipher'>, app: KeyedApp): Promise<AppKey | undefined> => {
  const ofStore = inWork.get(deps.db) ?? new Map<number, Promise<AppKey | undefined>>();
  inWork.set(deps.db, ofStore);
  const made = ofStore.get(app.id) ?? make(deps, app).finally(() => ofStore.delete(app.id));
  ofStore.set(app.id, made);
  return made;
};

/** Another process may be quicker: the key that is stored counts. */
const make = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  { id, ownerId }: KeyedApp,
): Promise<AppKey | undefined> => {
  const key = await prepareSigningKey({ cipher }, { accountId: ownerId, algorithm: 'rs256' });
  return insertAppKey(db, id, key);
};
