import type { NewParameter } from '../db/app-versions.ts';
import type { App, Parameter } from '../db/apps.ts';
import {
  holdPlainDefaults,
  listSecretDefaults,
  replacePlainDefaults,
  type PlainDefault,
  type SecretDefault,
} from '../db/secret-defaults.ts';
import { withTransaction, type Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { ParameterDefinition } from '../domain/package/definition.ts';
import { isGiven, isSecret, type Scalar } from '../domain/settings.ts';
import type { Cipher } from '../secrets/cipher.ts';

/** Where an encrypted default belongs: it can be decrypted only for the account, the app and the parameter. */
export const defaultContext = ({ accountId, appId }: Pick<PlainDefault, 'accountId' | 'appId'>, name: string): string =>
  `default:${accountId}:${appId}:${name}`;

type OwnApp = Pick<PlainDefault, 'accountId' | 'appId'>;

const seal = (cipher: Cipher, app: OwnApp, { name, value }: { name: string; value: Scalar }): string | null =>
  isGiven(value) ? cipher.seal(JSON.stringify(value), defaultContext(app, name)) : null;

/** @returns undefined when no key that is given decrypts it. */
const open = (cipher: Cipher, app: OwnApp, { name, sealed, plain }: SecretDefault): Scalar | undefined => {
  if (sealed === null) return plain;
  try {
    return JSON.parse(cipher.open(sealed, defaultContext(app, name))) as Scalar;
  } catch {
    return undefined;
  }
};

/**
 * Encrypts the defaults of a new version's secret parameters, and compares them with those of the current version: what
 * is encrypted is different each time, also where the value is the same.
 */
export const sealDefaults = async (
  tx: Queryable,
  cipher: Cipher,
  { parameters, ...app }: OwnApp & { parameters: ParameterDefinition[] },
): Promise<NewParameter[]> => {
  const before = new Map<string, Scalar | undefined>();
  if (parameters.some(isSecret))
    for (const one of await listSecretDefaults(tx, { ...app, versionId: null }))
      before.set(one.name, open(cipher, app, one));
  return parameters.map((parameter) => {
    if (!isSecret(parameter)) return { ...parameter, sealedDefault: null, sameDefault: null };
    const { name, defaultValue } = parameter;
    const value = isGiven(defaultValue) ? defaultValue : null;
    const earlier = before.has(name) ? before.get(name) : null;
    return {
      ...parameter,
      defaultValue: null,
      sealedDefault: seal(cipher, app, { name, value }),
      sameDefault: earlier === value,
    };
  });
};

/**
 * Decrypts the defaults of an app's secret parameters, for whoever stores them, encrypted, as values of an installation.
 *
 * @returns the parameters with all defaults. One that no key decrypts is left out, so its value has to be given.
 */
export const openDefaults = async (
  tx: Queryable,
  { cipher, log }: Pick<Deps, 'cipher' | 'log'>,
  { id, accountId, versionId, parameters }: App,
): Promise<Parameter[]> => {
  if (!parameters.some(({ hasSealedDefault }) => hasSealedDefault)) return parameters;
  const app = { accountId, appId: id };
  const values = new Map<string, Scalar>();
  for (const one of await listSecretDefaults(tx, { ...app, versionId })) {
    const value = open(cipher, app, one);
    if (value === undefined) log.warn('default not decrypted', { appId: id, versionId, parameter: one.name });
    else values.set(one.name, value);
  }
  return parameters.map((parameter) =>
    parameter.hasSealedDefault
      ? { ...parameter, defaultValue: values.get(parameter.name) ?? null, hasSealedDefault: false }
      : parameter,
  );
};

/** Rows that one transaction locks. */
const BATCH = 100;

/**
 * Encrypts defaults of secret parameters that a release before stored in clear. Each batch is a transaction of its own.
 *
 * @param most batches; another run does the rest.
 * @returns how many were encrypted.
 */
export const sealPlainDefaults = async ({ db, cipher }: Pick<Deps, 'db' | 'cipher'>, most: number): Promise<number> => {
  let sealed = 0;
  for (let batch = 0; batch < most; batch += 1) {
    const found = await withTransaction(db, async (tx) => {
      const rows = await holdPlainDefaults(tx, BATCH);
      const defaults = rows.map(({ versionId, name, value, ...app }) => ({
        versionId,
        name,
        sealed: seal(cipher, app, { name, value }),
      }));
      if (rows.length > 0) await replacePlainDefaults(tx, defaults);
      return rows.length;
    });
    sealed += found;
    if (found < BATCH) break;
  }
  return sealed;
};
