import { importSPKI, jwtVerify, type JWTPayload } from 'jose';
import { read } from './client.ts';
import type { Harness, RequestOptions } from './harness.ts';
import { buildArchive } from './packages.ts';
import type { Receiver } from './receiver.ts';

/** A webhook among the requirements of a package. */
export const webhookTo = (endpoint: string, members: Record<string, string> = {}): Record<string, string> => ({
  name: 'Hook',
  status: 'active',
  endpoint,
  http_method: 'POST',
  request_format: 'json',
  ...members,
});

/** A package that requires these webhooks. */
export const packageWithWebhooks = (...webhooks: Record<string, string>[]): Buffer =>
  buildArchive({
    requirements: { webhooks: Object.fromEntries(webhooks.map((one, index) => [`hook_${index}`, one])) },
  });

export const notify = (
  api: Pick<Harness, 'request'>,
  json: Record<string, unknown>,
  options: RequestOptions = {},
): Promise<Response> =>
  api.request('/api/v2/apps/notify.json', { method: 'POST', json: { event: 'popMessage', ...json }, ...options });

export const deliveredTo = async (answer: Response | Promise<Response>): Promise<number> =>
  (await read<{ delivered_to: number }>(await answer, 202)).delivered_to;

export const pemOf = async (
  api: Pick<Harness, 'request'>,
  app: number,
  options: RequestOptions = {},
): Promise<string> => {
  const answer = await api.request(`/api/v2/apps/${app}/public_key.pem`, options);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.text();
};

/** What a receiver was sent, verified with the key in PEM. */
export const claimsOf = async ({ body }: Receiver['received'][number], pem: string): Promise<JWTPayload> =>
  (await jwtVerify((body as { jwt: string }).jwt, await importSPKI(pem, 'RS256'), { algorithms: ['RS256'] })).payload;
