import { ConfigError } from '../config.ts';
import { isDatabaseAway } from '../db/errors.ts';
import { errorText } from '../error-text.ts';

/** What Node says of a certificate that it does not trust. Redis and the blob store tell of theirs in other words. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Says in a line why a command failed, and what to set. */
export const explain = (err: unknown): string => {
  if (err instanceof ConfigError || !(err instanceof Error)) return errorText(err);
  const code = 'code' in err && typeof err.code === 'string' ? err.code : '';
  if (UNTRUSTED.has(code))
    return `appyard: the certificate of the database is signed by an authority that is not known here (${err.message}): set DATABASE_CA to the file of that authority's certificate.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `appyard: the certificate of the database is for another name (${err.message}): use that name in DATABASE_URL, or sslmode=verify-ca.`;
  if (/does not support SSL connections/i.test(err.message))
    return 'appyard: the database does not speak TLS: leave sslmode out of DATABASE_URL, or set sslmode=disable.';
  if (isDatabaseAway(err))
    return `appyard: the database cannot be reached (${err.message || 'refused'}): start Appyard, or set DATABASE_URL.`;
  return `appyard: ${err.message}`;
};
