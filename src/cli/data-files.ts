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
/** How to sign in to the account that the first start made. */
export type SavedCredentials = z.infer<typeof credentialsSchema>;

const credentialsFile = (dataDir: string): string => path.join(dataDir, 'credentials.json');
const keyFile = (dataDir: string): string => path.join(dataDir, 'secrets.key');

/** @throws Error when the file is there but is not what we wrote. */
export const readCredentialsFile = async (dataDir: string): Promise<SavedCredentials | undefined> => {
  const text = await readIfThere(credentialsFile(dataDir));
  return text === undefined ? undefined : credentialsSchema.parse(JSON.parse(text));
};

export const writeCredentialsFile = (dataDir: string, credentials: SavedCredentials): Promise<void> =>
  writePrivate(credentialsFile(dataDir), `${JSON.stringify(credentials, null, 2)}\n`, { replace: true });

export const removeCredentialsFile = (dataDir: string): Promise<void> => rm(credentialsFile(dataDir), { force: true });

/** The key of this installation's secrets; undefined when it has none here. */
export const readKeyFile = async (dataDir: string): Promise<Buffer | undefined> => {
  const text = await readIfThere(keyFile(dataDir));
  return text === undefined ? undefined : Buffer.from(text.trim(), 'base64');
};

/** Two processes that start at once get the same key: the one that was written first. */
export const readOrMakeKeyFile = async (dataDir: string): Promise<Buffer> => {
  const there = await readKeyFile(dataDir);
  if (there) return there;
  await writePrivate(keyFile(dataDir), `${randomBytes(32).toString('base64')}\n`, { replace: false });
  return (await readKeyFile(dataDir))!;
};

const readIfThere = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return undefined;
    throw err;
  }
};

/** For the owner's eyes only, and never half-written. */
const writePrivate = async (file: string, text: string, { replace }: { replace: boolean }): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
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
