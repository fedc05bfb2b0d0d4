import { listPlainSettings, sealSettings } from '../db/installations.ts';
import type { Queryable } from '../db/pool.ts';
import { isGiven, secretNamesOf, type Scalar, type SettingParameter } from '../domain/settings.ts';
import type { Cipher } from '../secrets/cipher.ts';
import { hideAuditedSettings } from './audit-installation.ts';
import { secretContext } from './installation-settings.ts';

export interface NewlySecure {
  appId: number;
  /** Only this one of its installations; otherwise all, in every account. */
  installationId?: number;
  /** Of the parameters whose values are secret, be it by `secure` or by their kind. */
  names: string[];
  /** Those of them that the version before did not call secret: its log may tell of values that are gone by now. */
  turned: string[];
}

/** What a version calls secret, and what of that the one before did not. */
export const secretsOf = (
  before: SettingParameter[],
  after: SettingParameter[],
): Pick<NewlySecure, 'names' | 'turned'> => {
  const known = secretNamesOf(before);
  const names = secretNamesOf(after);
  return { names, turned: names.filter((name) => !known.includes(name)) };
};

/**
 * Seals values that were plain while their parameter was, and takes them out of the audit log. Call it when the
 * installations run on the version that calls them secure already: whoever changes one meanwhile is waited for by that
 * move, and is seen here.
 *
 * @returns how many values were sealed.
 */
export const sealNewlySecure = async (
  tx: Queryable,
  cipher: Cipher,
  { appId, installationId, names, turned }: NewlySecure,
): Promise<number> => {
  if (names.length === 0) return 0;
  let sealed = 0;
  // A whole log to look through: only for what may be in it.
  const told = new Set(turned);
  for (const { id, accountId, settings } of await listPlainSettings(tx, { appId, installationId, names })) {
    const plain = Object.entries(settings).filter(([name]) => names.includes(name));
    const secrets = Object.fromEntries(
      plain
        .filter(([, value]) => isGiven(value))
        .map(([name, value]) => [name, sealSetting(cipher, { accountId, name, value })]),
    );
    await sealSettings(tx, { accountId, id, names: plain.map(([name]) => name), secrets });
    for (const [name] of plain) told.add(name);
    sealed += Object.keys(secrets).length;
  }
  if (told.size > 0) await hideAuditedSettings(tx, appId, [...told]);
  return sealed;
};

const sealSetting = (
  cipher: Cipher,
  { accountId, name, value }: { accountId: number; name: string; value: Scalar },
): string => cipher.seal(String(value), secretContext(accountId, name));
