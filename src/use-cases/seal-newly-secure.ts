import { listPlainSettings, sealSettings } from '../db/installations.ts';
import type { Queryable } from '../db/pool.ts';
import { isGiven, type Scalar } from '../domain/settings.ts';
import type { Cipher } from '../secrets/cipher.ts';
import { hideAuditedSettings } from './audit-installation.ts';
import { secretContext } from './installation-settings.ts';

/**
 * Seals values that were plain while their parameter was, and takes them out of the audit log: in every installation of
 * the app, in every account, before it moves to the version that calls them secure.
 *
 * @param secureNames of the parameters whose values are secret, be it by `secure` or by their kind.
 * @returns how many values were sealed.
 */
export const sealNewlySecure = async (
  tx: Queryable,
  cipher: Cipher,
  appId: number,
  secureNames: string[],
): Promise<number> => {
  if (secureNames.length === 0) return 0;
  let sealed = 0;
  for (const { id, accountId, settings } of await listPlainSettings(tx, appId, secureNames)) {
    const plain = Object.entries(settings).filter(([name]) => secureNames.includes(name));
    const secrets = Object.fromEntries(
      plain
        .filter(([, value]) => isGiven(value))
        .map(([name, value]) => [name, sealSetting(cipher, { accountId, name, value })]),
    );
    await sealSettings(tx, { accountId, id, names: plain.map(([name]) => name), secrets });
    await hideAuditedSettings(tx, { id, accountId }, secureNames);
    sealed += Object.keys(secrets).length;
  }
  return sealed;
};

const sealSetting = (
  cipher: Cipher,
  { accountId, name, value }: { accountId: number; name: string; value: Scalar },
): string => cipher.seal(String(value), secretContext(accountId, name));
