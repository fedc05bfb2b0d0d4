/** What a login may do, at the most: its user's role is held against every request as well. */
const scopeNames = ['read', 'write'] as const;
export type Scope = (typeof scopeNames)[number];

/** In words, for whoever is asked to allow it. */
export const scopeTexts: Record<Scope, string> = {
  read: 'Read everything you can see: apps, installations, settings',
  write: 'Change everything you can change: upload, install, update and delete apps',
};

const isScope = (word: string): word is Scope => scopeNames.some((name) => name === word);

/**
 * Reads a list of scopes (RFC 6749 3.3): words with a space between them, in any order.
 *
 * @returns undefined when there is none, or one that nobody knows.
 */
export const readScopes = (text: string): Scope[] | undefined => {
  const words = text.split(' ').filter((word) => word !== '');
  if (words.length === 0 || !words.every(isScope)) return undefined;
  return scopeNames.filter((name) => words.includes(name));
};

/** GET and its kind read; every other method may change something. */
export const scopeOfMethod = (method: string): Scope =>
  ['GET', 'HEAD', 'OPTIONS'].includes(method) ? 'read' : 'write';
