import { findClient, type OAuthClient } from './client.ts';
import { isChallenge } from './pkce.ts';
import { readScopes, type Scope } from './scopes.ts';

/** A request to be let in (RFC 6749 4.1.1), checked. */
export interface AuthorizationRequest {
  client: OAuthClient;
  redirectUri: string;
  scopes: Scope[];
  /** Undefined: the client sent none. */
  state: string | undefined;
  codeChallenge: string;
}

type AuthorizationErrorCode = 'invalid_request' | 'unsupported_response_type' | 'invalid_scope' | 'access_denied';

export type ReadAuthorizationRequest =
  | { kind: 'good'; request: AuthorizationRequest }
  /** The client is told: the browser goes back to it. */
  | ({ kind: 'refused'; error: AuthorizationErrorCode; description: string } & Pick<
      AuthorizationRequest,
      'client' | 'redirectUri' | 'state'
    >)
  /** Whoever asks is nobody we know, so the browser goes nowhere (RFC 6749 4.1.2.1): a person is told. */
  | { kind: 'unknown'; description: string };

/** The client gets it back in an address, and an address is not endless. */
const MAX_STATE = 1_000;

/**
 * Reads the parameters of an authorization request.
 *
 * @param input by name; a list is a parameter that was given more than once. An empty one counts as missing.
 */
export const readAuthorizationRequest = (
  clients: readonly OAuthClient[],
  input: Record<string, unknown>,
): ReadAuthorizationRequest => {
  const client = findClient(clients, textOf(input['client_id']) ?? '');
  if (!client) return { kind: 'unknown', description: 'The program that asks (client_id) is not known here.' };
  const redirectUri = textOf(input['redirect_uri']) ?? '';
  if (!client.redirectUris.includes(redirectUri))
    return {
      kind: 'unknown',
      description: `The address that you would be sent back to (redirect_uri) is none of those of ${client.name}.`,
    };
  const fault = faultOf(client, input);
  const state = isState(input['state']) ? input['state'] : undefined;
  if (fault) return { kind: 'refused', client, redirectUri, state, ...fault };
  return {
    kind: 'good',
    request: {
      client,
      redirectUri,
      state,
      scopes: scopesOf(client, input)!,
      // The check for faults has refused one that is missing.
      codeChallenge: textOf(input['code_challenge'])!,
    },
  };
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Printable ASCII (RFC 6749 A.5). */
const isState = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_STATE && /^[ -~]+$/.test(value);

const single = ['response_type', 'state', 'scope', 'code_challenge', 'code_challenge_method'] as const;

/** What the client did wrong. The texts keep to the characters of RFC 6749 4.1.2.1: no quotes, nothing of the input. */
const faultOf = (
  client: OAuthClient,
  input: Record<string, unknown>,
): { error: AuthorizationErrorCode; description: string } | undefined => {
  const invalid = (description: string) => ({ error: 'invalid_request', description }) as const;
  const twice = single.find((name) => input[name] !== undefined && typeof input[name] !== 'string');
  if (twice) return invalid(`${twice} must be given once.`);
  if (textOf(input['state']) !== undefined && !isState(input['state']))
    return invalid(`state must have ${MAX_STATE} printable ASCII characters at the most.`);
  const responseType = textOf(input['response_type']);
  if (responseType === undefined) return invalid('response_type is missing: it must be code.');
  if (responseType !== 'code')
    return { error: 'unsupported_response_type', description: 'The only response_type here is code.' };
  const challenge = textOf(input['code_challenge']);
  if (challenge === undefined) return invalid('code_challenge is missing: PKCE (RFC 7636) is required.');
  // Missing means plain (RFC 7636 4.3), which shows the verifier to whoever sees the address.
  if (input['code_challenge_method'] !== 'S256') return invalid('code_challenge_method must be S256.');
  if (!isChallenge(challenge))
    return invalid('code_challenge must be a SHA-256 in base64url without padding: 43 characters.');
  if (!scopesOf(client, input))
    return {
      error: 'invalid_scope',
      description: `scope must be one or more of these words, with spaces between them: ${client.scopes.join(' ')}.`,
    };
  return undefined;
};

/** Whoever asks for nothing gets the least. Undefined: the client asks for more than it may. */
const scopesOf = (client: OAuthClient, input: Record<string, unknown>): Scope[] | undefined => {
  const scopes = readScopes(textOf(input['scope']) ?? 'read');
  return scopes?.every((scope) => client.scopes.includes(scope)) ? scopes : undefined;
};
