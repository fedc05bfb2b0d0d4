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
export const revokeBody = z.object({ token: text, client_id: optional });

export type TokenRequest =
  | ({ kind: 'code'; clientId: string } & z.infer<typeof codeBody>)
  | ({ kind: 'refresh'; clientId: string } & z.infer<typeof refreshBody>);

/**
 * Reads the body of a token request (RFC 6749 4.1.3 and 6), JSON or form.
 *
 * @throws OAuthError
 */
export const readTokenRequest = (clients: readonly OAuthClient[], body: unknown): TokenRequest => {
  const { grant_type } = read(grantType, body);
  if (grant_type !== 'authorization_code' && grant_type !== 'refresh_token')
    throw new OAuthError('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token.');
  const id = knownClient(clients, read(clientId, body).client_id);
  return grant_type === 'authorization_code'
    ? { kind: 'code', clientId: id, ...read(codeBody, body) }
    : { kind: 'refresh', clientId: id, ...read(refreshBody, body) };
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
