const COLLECTIONS = [
  'app_offerings',
  'app_instances',
  'attachments',
  'people',
  'service_instances',
  'ui_extension_versions',
  'webhook_policies',
] as const;

const OWN = new RegExp(`^/(${COLLECTIONS.join('|')})(/|$)`);

/** Another API's, below the same prefix. */
const FOREIGN = /^\/+v1\/+apps(\/|$)/;

/** Clients end paths with `/`, `.json`, or both, and double slashes where they put an address together. */
const plain = (path: string): string =>
  path
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '')
    .replace(/\.json$/, '');

/**
 * A path as this door's routes know it: without the prefix `/v1`, which may be left out before a collection, and
 * without what clients put at its end. `/` is the ping. Undefined: it is none of this door's.
 */
export const ownPath = (path: string): string | undefined => {
  if (FOREIGN.test(path)) return undefined;
  const short = plain(path);
  if (short === '/v1') return '/';
  if (short.startsWith('/v1/')) return short.slice('/v1'.length);
  return OWN.test(short) ? short : undefined;
};

/** Who is answered at a path of {@link ownPath}: users of an account, everybody (public keys), or nobody at all. */
export const audienceOf = (path: string): 'users' | 'everybody' | 'nobody' => {
  if (/^\/webhook_policies\/[^/]+\/\.well-known\//.test(path)) return 'everybody';
  return path === '/' || OWN.test(path) ? 'users' : 'nobody';
};
