import { z } from 'zod';
import { findClient, type OAuthClient } from '../../domain/oauth/client.ts';
import { OAuthError } from '../../domain/oauth/oauth-error.ts';

const MISSING = 'is missing';

/** An empty one counts as missing (RFC 6749 3.2). */
const text = z
  .string({ error: ({ input }) => (input === undefined || input === null ? MISSING : 'must be one text') })
  .refine((value) => value !== '', { error: MISSING });

const optional = z
  .string({ error: 'must be one text' })
  .nullish()
  .transform((value) => (value === '' || value === null ? undefined : value));

const grantType = z.object({ grant_type: text });
const clientId = z.object({ client_id: text });
const codeBody = z.object({ code: text, redirect_uri: text, code_verifier: text });
const refreshBody = z.object({ refresh_token: text, scope: optional });
const clientBody = z.object({ client_id: optional, client_secret: optional, scope: optional });
export const revokeBody = z.object({ token: text, client_id: optional });

export type TokenRequest =
  | ({ kind: 'code'; clientId: string } & z.infer<typeof codeBody>)
  | ({ kind: 'refresh'; clientId: string } & z.infer<typeof refreshBody>)
  | { kind: 'client'; identifier: string; secret: string; scope: string | undefined };

/**
 * Reads the body of a token request (RFC 6749 4.1.3, 4.4.2 and 6), JSON or form.
 *
 * @param header `Authorization`, in which a confidential client may send its credentials.
 *
 * @throws OAuthError
 */
export const readTokenRequest = (clients: readonly OAuthClient[], body: unknown, header?: string): TokenRequest => {
  const { grant_type } = read(grantType, body);
  if (grant_type === 'client_credentials') return readClientRequest(read(clientBody, body), header);
  if (grant_type !== 'authorization_code' && grant_type !== 'refresh_token')
    throw new OAuthError(
      'unsupported_grant_type',
      'grant_type must be authorization_code, refresh_token or client_credentials.',
    );
  const id = knownClient(clients, read(clientId, body).client_id);
  return grant_type === 'authorization_code'
    ? { kind: 'code', clientId: id, ...read(codeBody, body) }
    : { kind: 'refresh', clientId: id, ...read(refreshBody, body) };
};

const readClientRequest = (
  { client_id: id, client_secret: secret, scope }: z.infer<typeof clientBody>,
  header: string | undefined,
): TokenRequest => {
  const sent = header === undefined ? undefined : basicOf(header);
  if (sent && (secret !== undefined || (id !== undefined && id !== sent.identifier)))
    throw new OAuthError(
      'invalid_request',
      'The credentials of the client come in the header or in the body, not in both.',
    );
  if (sent) return { kind: 'client', ...sent, scope };
  const missing = [id === undefined && 'client_id', secret === undefined && 'client_secret'].filter(Boolean);
  if (id === undefined || secret === undefined)
    throw new OAuthError('invalid_request', `${missing.map((name) => `${name} ${MISSING}`).join('; ')}.`);
  return { kind: 'client', identifier: id, secret, scope };
};

/** Both parts are encoded as in a form (RFC 6749 2.3.1). Undefined: no Basic header. */
const basicOf = (header: string): { identifier: string; secret: string } | undefined => {
  const [, value] = /^basic[ \t]+(\S+)[ \t]*$/i.exec(header) ?? [];
  if (value === undefined) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw new OAuthError('invalid_client', 'The Authorization header holds no client.');
  const decode = (part: string): string => new URLSearchParams(`x=${part.replaceAll('&', '%26')}`).get('x') ?? '';
  return { identifier: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
};

/** @throws OAuthError `invalid_client` */
export const knownClient = (clients: readonly OAuthClient[], id: string): string => {
  if (!findClient(clients, id)) throw new OAuthError('invalid_client', 'This client_id is not known here.');
  return id;
};

/** @throws OAuthError `invalid_request` that names each field, and shows nothing of what was sent. */
export const read = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> => {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? 'The body must be an object of fields' : `${path.join('.')} ${message}`,
  );
  throw new OAuthError('invalid_request', `${faults.join('; ')}.`);
};
