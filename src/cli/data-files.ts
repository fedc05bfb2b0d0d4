import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const credentialsSchema = z.object({
  account: z.string(),
  email: z.string(),
  password: z.string(),
  token: z.string(),
  /** The example app was pushed, so the next start does not do it again. */
  welcomed: z.boolean(),
});
/** Of an AES-256 key. */
const KEY_BYTES = 32;

/** How to sign in to the account that the first start made. */
export type SavedCredentials = z.infer<typeof credentialsSchema>;

const credentialsFile = (dataDir: string): string => path.join(dataDir, 'credentials.json');
export const keyFile = (dataDir: string): string => path.join(dataDir, 'secrets.key');

/** @throws Error when the file is there but is not what we wrote. */
export const readCredentialsFile = async (dataDir: string): Promise<SavedCredentials | undefined> => {
  const text = await readIfThere(credentialsFile(dataDir));
  return text === undefined ? undefined : credentialsSchema.parse(JSON.parse(text));
};

export const writeCredentialsFile = (dataDir: string, credentials: SavedCredentials): Promise<void> =>
  writePrivate(credentialsFile(dataDir), `${JSON.stringify(credentials, null, 2)}\n`, { replace: true });

export const removeCredentialsFile = (dataDir: string): Promise<void> => rm(credentialsFile(dataDir), { force: true });

/**
 * The keys of this installation's secrets, one a line: the first one seals, all open. Undefined when it has none here.
 *
 * @throws Error when a line is not a key; the message has the line's number and not what is in it.
 */
export const readKeyFile = async (dataDir: string): Promise<Buffer[] | undefined> => {
  const text = await readIfThere(keyFile(dataDir));
  if (text === undefined) return undefined;
  const lines = text.trim().split('\n');
  return lines.map((line, index) => {
    const key = Buffer.from(line.trim(), 'base64');
    if (key.length === KEY_BYTES) return key;
    throw new Error(`line ${index + 1} of ${keyFile(dataDir)} is not a key: 32 bytes in base64, one key a line.`);
  });
};

/** Two processes that start at once get the same key: the one that was written first. */
export const readOrMakeKeyFile = async (dataDir: string): Promise<Buffer[]> => {
  const there = await readKeyFile(dataDir);
  if (there) return there;
  await writePrivate(keyFile(dataDir), linesOf([randomBytes(KEY_BYTES)]), { replace: false });
  return (await readKeyFile(dataDir))!;
};

/**
 * Puts a new key before those that are there.
 *
 * @returns all keys as they are now, or undefined when there is no file.
 */
export const addKeyToFile = async (dataDir: string): Promise<Buffer[] | undefined> => {
  const there = await readKeyFile(dataDir);
  if (!there) return undefined;
  const keys = [randomBytes(KEY_BYTES), ...there];
  await writePrivate(keyFile(dataDir), linesOf(keys), { replace: true });
  return keys;
};

const linesOf = (keys: Buffer[]): string => keys.map((key) => `${key.toString('base64')}\n`).join('');

export const readIfThere = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return undefined;
    throw err;
  }
};

interface WriteOptions {
  /** False: what is there already stays. */
  replace: boolean;
  /** Who may read it; without it, the owner alone. */
  mode?: number;
}

/** Never half-written, and for the owner's eyes only unless said otherwise. */
export const writePrivate = async (
  file: string,
  text: string,
  { replace, mode = 0o600 }: WriteOptions,
): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text, { mode, flag: 'wx', flush: true });
  try {
    // A rename replaces what is there, a link refuses to.
    if (replace) await rename(draft, file);
    else await link(draft, file).catch(ignoreExisting);
  } finally {
    await rm(draft, { force: true });
  }
};

const ignoreExisting = (err: unknown): void => {
  if (!(err instanceof Error && 'code' in err && err.code === 'EEXIST')) throw err;
};
