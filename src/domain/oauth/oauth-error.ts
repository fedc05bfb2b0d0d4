import { AppError } from '../../errors.ts';

export type OAuthErrorCode =
  'invalid_request' | 'invalid_client' | 'invalid_grant' | 'invalid_scope' | 'unsupported_grant_type';

/**
 * A refusal in the words of RFC 6749 5.2. The message keeps to that paragraph's characters: printable ASCII without double
 * quotes and backslashes, and so without anything that was sent.
 */
export class OAuthError extends AppError {
  constructor(code: OAuthErrorCode, message: string) {
    super(code, 400, message);
  }
}
