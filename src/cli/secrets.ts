import type { Config } from '../config.ts';
import { createCipher, keyIdOf } from '../secrets/cipher.ts';
import { rotateSecrets, type Rotation } from '../use-cases/rotate-secrets.ts';
import { addKeyToFile, keyFile } from './data-files.ts';
import { secretsKeys } from './open-deps.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

/**
 * Makes a key in the data folder. A key in the environment is its owner's to change: this only says how. Prints ids of
 * keys, never a key.
 */
export const newKeyCommand = async (config: Config): Promise<void> => {
  if (config.secretsKeys.length > 0) {
    for (const line of fromEnvironment) say(line);
    return;
  }
  const keys = await addKeyToFile(config.dataDir);
  if (!keys) throw new Error(`there is no key in ${config.dataDir} yet: appyard start makes the first one.`);
  const [id = '', ...olderIds] = keys.map(keyIdOf);
  say(`The new key ${id} is the first line of ${keyFile(config.dataDir)}.`);
  say(`Kept below it, for what they have sealed: ${olderIds.join(', ')}`);
  say('Restart Appyard, then run: appyard secrets rotate');
};

const fromEnvironment = [
  'The keys come from SECRETS_KEY. To put a new one in its place:',
  '  1. Make one:                      openssl rand -base64 32',
  '  2. Put it after the old one:      SECRETS_KEY=OLD,NEW',
  '  3. Restart every process with that, one after the other: now each can open what the new one seals.',
  '  4. Put it before the old one:     SECRETS_KEY=NEW,OLD',
  '  5. Restart every process with that.',
  '  6. Seal everything with it:       appyard secrets rotate',
  '  7. Take the old one out, once that says that it is no longer used.',
  'Where all processes stop before one of them starts again, 2 and 3 can be left out.',
];

/** @throws Error, after telling what was done, when a value did not open. */
export const rotateSecretsCommand = (config: Config): Promise<void> =>
  withDatabase(config, async (db) => {
    const cipher = createCipher(await secretsKeys(config));
    const rotation = await rotateSecrets({ db, cipher });
    for (const line of describe(rotation)) say(line);
    if (rotation.failures.size > 0) throw new Error(describeFailures(rotation, cipher.keyIds));
    for (const line of describeKeys(rotation, cipher.keyIds)) say(line);
  });

const describe = ({ places, sealedPlain, failures }: Rotation): string[] => {
  const lines = places
    .filter(({ changedValues }) => changedValues > 0)
    .map((place) => `Sealed anew: ${values(place.changedValues)} of ${counted(place.changedRows, place.row)}.`);
  if (sealedPlain > 0) lines.push(`Sealed for the first time, kept in clear until now: ${values(sealedPlain)}.`);
  return lines.length > 0 || failures.size > 0 ? lines : ['Nothing to do: everything is sealed with the first key.'];
};

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const values = (count: number): string => counted(count, 'value');

const describeFailures = ({ failures }: Rotation, keyIds: readonly string[]): string =>
  [...failures]
    .map(([id, count]) =>
      keyIds.includes(id)
        ? `not opened: ${values(count)} sealed with the key ${id}, but changed since then.`
        : `not opened: ${values(count)} sealed with the key ${id}, which is not among the given ones (${keyIds.join(', ')}): add it and run this again.`,
    )
    .join('\n');

/** An old key that is still in use here was used while this ran, by a process that does not know the new one. */
const describeKeys = ({ usedKeys }: Rotation, keyIds: readonly string[]): string[] => {
  const [first, ...older] = keyIds.map((id, index) => ({ id, place: index + 1 }));
  if (!first) return [];
  return older.map(({ id, place }) =>
    usedKeys.includes(id)
      ? `The key ${id} (number ${place}) was used meanwhile: restart every process with ${first.id} first, then run this again.`
      : `The key ${id} (number ${place}) is no longer used and may be taken out.`,
  );
};
