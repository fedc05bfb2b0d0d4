import { listPlainSettings, sealSettings } from '../db/installations.ts';
import type { Queryable } from '../db/pool.ts';
import { isGiven, type Scalar } from '../domain/settings.ts';
import type { Cipher } from '../secrets/cipher.ts';
import { secretContext } from './installation-settings.ts';

/**
 * Seals values that were plain while their parameter was: in every installation of the app, in every account, before
 * it moves to the version that calls them secure.
 */
export const sealNewlySecure = async (
  tx: Queryable,
  cipher: Cipher,
  appId: number,
  secureNames: string[],
): Promise<void> => {
  if (secureNames.length === 0) return;
  for (const { id, accountId, settings } of await listPlainSettings(tx, appId, secureNames)) {
    const plain = Object.entries(settings).filter(([name]) => secureNames.includes(name));
    const secrets = Object.fromEntries(
      plain
        .filter(([, value]) => isGiven(value))
        .map(([name, value]) => [name, sealSetting(cipher, { accountId, name, value })]),
    );
    await sealSettings(tx, { accountId, id, names: plain.map(([name]) => name), secrets });
  }
};

const sealSetting = (
  cipher: Cipher,
  { accountId, name, value }: { accountId: number; name: string; value: Scalar },
): string => cipher.seal(String(value), secretContext(accountId, name));
