import { randomUUID } from 'node:crypto';
import { insertDelivery, type NewDelivery } from '../../db/deliveries.ts';
import type { Queryable } from '../../db/pool.ts';
import { findUsableSigningKey } from '../../db/signing-keys.ts';
import { MAX_TOKEN_BYTES, tokenBytes } from '../../domain/delivery-claims.ts';
import { headersOf, problemOfHeaders, problemOfUrl, receiverOf } from '../../domain/delivery-request.ts';
import type { DeliveryRef } from '../../domain/delivery.ts';
import { AppError, InvalidRequestError, NotFoundError } from '../../errors.ts';

/** Values of headers may say `{delivery}`, which becomes the delivery's id. */
export type RequestDeliveryInput = Omit<NewDelivery, 'id'>;

/**
 * Asks for a delivery, in the transaction of what it tells of. After the commit, give what this returns to
 * `dispatchDelivery`.
 *
 * @param options.maxTokenBytes size limit of the token, where the receivers take more than 8 KiB.
 * @throws InvalidRequestError when the address or a header cannot be used; AppError `delivery_too_large` when the token
 *   would be larger than allowed; NotFoundError when the account has no such signing key.
 */
export const requestDelivery = async (
  tx: Queryable,
  input: RequestDeliveryInput,
  { maxTokenBytes = MAX_TOKEN_BYTES } = {},
): Promise<DeliveryRef> => {
  const problems = {
    ...problem('url', problemOfUrl(input.url)),
    ...problem('headers', problemOfHeaders(input.headers)),
  };
  if (Object.keys(problems).length > 0)
    throw new InvalidRequestError(`Nothing can be delivered: ${tell(problems)}.`, problems);
  const key = await findUsableSigningKey(tx, input.accountId, input.signingKeyId);
  if (!key) throw new NotFoundError(`There is no signing key ${input.signingKeyId} of this account.`);
  const bytes = tokenBytes(input.claims, { algorithm: key.algorithm, ...(input.withKid && { kid: key.kid }) });
  if (bytes > maxTokenBytes)
    throw new AppError(
      'delivery_too_large',
      422,
      `The signed message would have ${bytes} bytes; receivers take ${maxTokenBytes} at the most. Send less in it.`,
    );
  const id = randomUUID();
  return insertDelivery(tx, { ...input, id, url: receiverOf(input.url), headers: headersOf(input.headers, id) });
};

const problem = (field: string, text: string | undefined): Record<string, string[]> =>
  text === undefined ? {} : { [field]: [text] };

const tell = (problems: Record<string, string[]>): string =>
  Object.entries(problems)
    .map(([field, texts]) => `${field} ${texts.join(', ')}`)
    .join('; ');
