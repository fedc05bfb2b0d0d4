import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Seals secure settings. `context` binds a sealed value to its place: moved elsewhere, it does not open. */
export interface Cipher {
  /** Of the keys in their order; the first one seals. */
  keyIds: readonly string[];
  seal(text: string, context: string): string;
  /** @throws Error when the key is not known, or text or context is not what was sealed. */
  open(sealed: string, context: string): string;
  /** 32 bytes for another use, derived from each key, in their order: they tell nothing of the keys or of one another. */
  keysFor(purpose: string): Buffer[];
}

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const DERIVED_BYTES = 32;

/** Names a key without giving it away; stored with each value, so that keys can be replaced. */
export const keyIdOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8);

/** The id of the key that a value is sealed with. */
export const sealedWith = (sealed: string): string => sealed.split('.')[0]!;

/**
 * AES-256-GCM with a fresh nonce for each value. A sealed value is `KEYID.BASE64(nonce, tag, ciphertext)`.
 *
 * @param keys 32 bytes each; the first one seals, all open.
 */
export const createCipher = (keys: readonly Buffer[]): Cipher => {
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]));
  return {
    keyIds: [...byId.keys()],
    seal(text, context) {
      const key = keys[0];
      if (!key) throw new Error('no SECRETS_KEY');
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${keyIdOf(key)}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')}`;
    },
    open(sealed, context) {
      const [id = '', data = ''] = sealed.split('.');
      const key = byId.get(id);
      if (!key) throw new Error(`the key ${id} is not among SECRETS_KEY`);
      const bytes = Buffer.from(data, 'base64');
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    },
    keysFor: (purpose) => keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', purpose, DERIVED_BYTES))),
  };
};
