import type { Scope } from './scopes.ts';

/**
 * A program that users may log in. Public (RFC 6749 2.1): it can keep no secret, so what identifies it is where the
 * browser is sent back to, and PKCE.
 */
export interface OAuthClient {
  id: string;
  /** For whoever is asked. */
  name: string;
  /** Compared character by character (RFC 9700 2.1). */
  redirectUris: readonly string[];
  /** The most it may ask for. */
  scopes: readonly Scope[];
}

export const findClient = (clients: readonly OAuthClient[], id: string): OAuthClient | undefined =>
  clients.find((client) => client.id === id);
