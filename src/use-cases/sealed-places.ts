import {
  holdAppClient,
  holdFreeAppClients,
  listAppClientsToReseal,
  listKeysOfAppClients,
  replaceAppClientSecret,
  type AppClientSecret,
} from '../db/app-client-secrets.ts';
import {
  holdAnswer,
  holdFreeAnswers,
  listAnswersToReseal,
  listKeysOfAnswers,
  replaceAnswer,
  type SealedAnswer,
} from '../db/idempotency-key-secrets.ts';
import {
  holdFreeInstallations,
  holdInstallation,
  listInstallationsToReseal,
  listKeysOfInstallations,
  replaceSecrets,
  type InstallationSecrets,
} from '../db/installation-secrets.ts';
import type { Queryable } from '../db/pool.ts';
import {
  holdFreeVersions,
  holdVersion,
  listKeysOfDefaults,
  listVersionsToReseal,
  replaceDefaults,
  type VersionDefaults,
} from '../db/secret-defaults.ts';
import {
  holdFreeSigningKeys,
  holdSigningKey,
  listKeysOfSigningKeys,
  listSigningKeysToReseal,
  replacePrivateKey,
  type SigningKeySecret,
} from '../db/signing-key-secrets.ts';
import { signingKeyContext } from '../secrets/signing.ts';
import { appClientContext } from './app-clients/create-app-client.ts';
import { secretContext } from './installation-settings.ts';
import { answerContext } from './once/kept-answer.ts';
import { defaultContext } from './secret-defaults.ts';

interface SealedValue {
  /** Within its row. */
  name: string;
  sealed: string;
  /** What it was sealed for. */
  context: string;
}

export interface SealedRow {
  id: number;
  values: SealedValue[];
  /** Replaces those of its values that are given, by their names. */
  replace(tx: Queryable, sealed: Record<string, string>): Promise<void>;
}

/** A table that has sealed values. */
export interface SealedPlace {
  /** What one of its rows is called: "12 values of 7 installations". */
  row: string;
  /** Ids after `afterId`, in their order, of rows with a value that is not sealed with this key. */
  list(db: Queryable, page: { keyId: string; afterId: number; limit: number }): Promise<number[]>;
  /** Holds those of these rows that nobody else holds. */
  holdFree(tx: Queryable, ids: number[]): Promise<SealedRow[]>;
  /** Waits for a row and holds it; undefined when it is gone. */
  hold(tx: Queryable, id: number): Promise<SealedRow | undefined>;
  /** Ids of all keys in use. */
  listKeys(db: Queryable): Promise<string[]>;
}

const rowOf = ({ id, accountId, secrets }: InstallationSecrets): SealedRow => ({
  id,
  values: Object.entries(secrets).map(([name, sealed]) => ({
    name,
    sealed,
    context: secretContext(accountId, name),
  })),
  replace: (tx, anew) => replaceSecrets(tx, { id, accountId, secrets: anew }),
});

const rowOfSigningKey = ({ id, accountId, kid, privateKey }: SigningKeySecret): SealedRow => ({
  id,
  values: [{ name: 'private_key', sealed: privateKey, context: signingKeyContext(accountId, kid) }],
  replace: async (tx, { private_key: anew }) => {
    if (anew !== undefined) await replacePrivateKey(tx, { id, accountId, privateKey: anew });
  },
});

const rowOfAnswer = (row: SealedAnswer): SealedRow => ({
  id: row.id,
  values: [{ name: 'answer', sealed: row.answer, context: answerContext(row) }],
  replace: async (tx, { answer }) => {
    if (answer !== undefined) await replaceAnswer(tx, { ...row, answer });
  },
});

const rowOfAppClient = ({ id, accountId, clientId, secret }: AppClientSecret): SealedRow => ({
  id,
  values: [{ name: 'secret', sealed: secret, context: appClientContext(accountId, clientId) }],
  replace: async (tx, { secret: anew }) => {
    if (anew !== undefined) await replaceAppClientSecret(tx, { id, accountId, secret: anew });
  },
});

const rowOfVersion = ({ defaults, ...version }: VersionDefaults): SealedRow => ({
  id: version.id,
  values: Object.entries(defaults).map(([name, sealed]) => ({ name, sealed, context: defaultContext(version, name) })),
  replace: (tx, anew) => replaceDefaults(tx, { ...version, defaults: anew }),
});

/** Every place that has sealed values: what is not here is not found when keys are replaced. */
export const sealedPlaces: readonly SealedPlace[] = [
  {
    row: 'installation',
    list: listInstallationsToReseal,
    holdFree: async (tx, ids) => (await holdFreeInstallations(tx, ids)).map(rowOf),
    hold: async (tx, id) => {
      const found = await holdInstallation(tx, id);
      return found && rowOf(found);
    },
    listKeys: listKeysOfInstallations,
  },
  {
    row: 'signing key',
    list: listSigningKeysToReseal,
    holdFree: async (tx, ids) => (await holdFreeSigningKeys(tx, ids)).map(rowOfSigningKey),
    hold: async (tx, id) => {
      const found = await holdSigningKey(tx, id);
      return found && rowOfSigningKey(found);
    },
    listKeys: listKeysOfSigningKeys,
  },
  {
    row: 'app client',
    list: listAppClientsToReseal,
    holdFree: async (tx, ids) => (await holdFreeAppClients(tx, ids)).map(rowOfAppClient),
    hold: async (tx, id) => {
      const found = await holdAppClient(tx, id);
      return found && rowOfAppClient(found);
    },
    listKeys: listKeysOfAppClients,
  },
  {
    row: 'kept answer',
    list: listAnswersToReseal,
    holdFree: async (tx, ids) => (await holdFreeAnswers(tx, ids)).map(rowOfAnswer),
    hold: async (tx, id) => {
      const found = await holdAnswer(tx, id);
      return found && rowOfAnswer(found);
    },
    listKeys: listKeysOfAnswers,
  },
  {
    row: 'app version',
    list: listVersionsToReseal,
    holdFree: async (tx, ids) => (await holdFreeVersions(tx, ids)).map(rowOfVersion),
    hold: async (tx, id) => {
      const found = await holdVersion(tx, id);
      return found && rowOfVersion(found);
    },
    listKeys: listKeysOfDefaults,
  },
];
