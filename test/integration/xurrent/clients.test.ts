import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { sendRaw, type RawAnswer } from '../../support/raw-http.ts';
import { addOffering, serviceInstanceOf, type OfferingBody } from '../../support/xurrent.ts';

const jsonOf = <T>({ body }: RawAnswer): T => JSON.parse(body.toString()) as T;

describe("the vendor's clients", () => {
  let harness: Harness;
  let service: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    service = await serviceInstanceOf(harness);
    for (let i = 0; i < 230; i++)
      await addOffering(harness, { name: `Offering ${i}`, reference: `o-${i}`, disabled: i % 20 === 0 });
  }, 60_000);
  afterAll(() => harness.close());
  const authorization = () => `Bearer ${harness.tokens.admin}`;

  describe('in Ruby', () => {
    const headers = () => ({
      authorization: authorization(),
      'x-4me-account': 'acme',
      'x-4me-source': 'ruby',
      // Also sent with GET.
      'content-type': 'application/json',
    });
    /** Of that client: the part of the address after the host, up to the quote after the rel. */
    const nextOf = ({ headers: sent }: RawAnswer): string | undefined => {
      const link = String(sent['link'] ?? '');
      const [, url] = /<([^>]+)>; rel="next"/.exec(link) ?? [];
      return url === undefined ? undefined : url.replace(/^https?:\/\/[^/]+/, '');
    };

    it('reads every page of what was changed since, by the path of the link', async () => {
      const query = 'per_page=100&fields=name,reference&updated_at=%3E2020-01-02T03%3A04%3A05%2B00%3A00&disabled=false';
      const seen: OfferingBody[] = [];
      for (let path: string | undefined = `/v1/app_offerings?${query}`; path !== undefined;) {
        const answer: RawAnswer = await sendRaw(harness.origin, { path, headers: headers() });
        expect(answer.status).toBe(200);
        seen.push(...jsonOf<OfferingBody[]>(answer));
        path = nextOf(answer);
      }
      expect(new Set(seen.map(({ id }) => id)).size).toBe(218);
      expect(seen.every((one) => Object.keys(one).sort().join() === 'id,name,reference')).toBe(true);
    });

    it('writes every scalar as a text and nothing as an empty one, and finds no message in what it gets', async () => {
      const body = JSON.stringify({
        name: 'From Ruby',
        service_instance_id: String(service),
        disabled: 'true',
        policy_jwt_alg: 'rs256',
        policy_jwt_claim_expires_in: '60',
        policy_jwt_audience: '',
        webhook_uri_template: 'https://hooks.example.com/{account}',
      });
      const request = { path: '/v1/app_offerings', method: 'POST', headers: headers(), body };
      const answer = await sendRaw(harness.origin, request);
      expect(answer.status).toBe(201);
      const made = jsonOf<OfferingBody>(answer);
      expect(made).toMatchObject({
        disabled: true,
        policy_jwt_claim_expires_in: 60,
        policy_jwt_audience: null,
        source: 'ruby',
      });
      expect(made).not.toHaveProperty('message');
      const patch = {
        path: `/v1/app_offerings/${made.id}`,
        method: 'PATCH',
        headers: headers(),
        body: '{"disabled":"false"}',
      };
      expect(jsonOf<OfferingBody>(await sendRaw(harness.origin, patch))).toMatchObject({ disabled: false });
    });

    it('shows the message and the pairs of a refusal', async () => {
      const request = { path: '/v1/app_offerings', method: 'POST', headers: headers(), body: '{"name":""}' };
      const answer = await sendRaw(harness.origin, request);
      expect(answer.status).toBe(422);
      const { message, errors } = jsonOf<{ message: string; errors: [string, string][] }>(answer);
      expect(`${message}: ${errors.map((pair) => pair.join(' ')).join(', ')}`).toContain("name can't be blank");
    });
  });

  describe('in Python', () => {
    const headers = () => ({ authorization: authorization(), 'x-xurrent-account': 'acme' });

    /** As it splits the header: at commas, then at the one semicolon. More or fewer parts are its error. */
    const linksOf = ({ headers: sent }: RawAnswer): Record<string, string> =>
      Object.fromEntries(
        (sent['link'] === undefined ? [] : String(sent['link']).split(',')).map((link) => {
          const parts = link.split(';');
          expect(parts.length).toBe(2);
          const [url, rel] = parts as [string, string];
          return [rel.trim().replace(/^rel="|"$/g, ''), url.trim().slice(1, -1)];
        }),
      );

    it('follows whole addresses from page to page with values that nothing of is escaped', async () => {
      const seen: OfferingBody[] = [];
      const begin = '/v1/app_offerings?fields=name,disabled&created_at=>2020-01-02T03:04:05+00:00&per_page=100';
      for (let url: string | undefined = `${harness.origin}${begin}`; url !== undefined;) {
        const path: string = url.replace(/^https?:\/\/[^/]+/, '');
        const answer = await sendRaw(harness.origin, { path, headers: headers() });
        expect(answer.status).toBe(200);
        seen.push(...jsonOf<OfferingBody[]>(answer));
        url = linksOf(answer)['next'];
        expect(url ?? 'the end').toMatch(/^the end$|^http:\/\/localhost:\d+\/v1\/app_offerings\?/);
      }
      expect(seen.length).toBeGreaterThanOrEqual(230);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    });

    it('writes numbers and booleans as they are', async () => {
      const json = {
        name: 'From Python',
        service_instance_id: service,
        disabled: false,
        policy_jwt_alg: 'es512',
        policy_jwt_claim_expires_in: 90,
        webhook_uri_template: 'https://hooks.example.com/{account}',
      };
      const options = { method: 'POST', json, headers: { 'x-xurrent-account': 'acme' } };
      const response = await harness.request('/v1/app_offerings', options);
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ disabled: false, policy_jwt_claim_expires_in: 90, source: null });
    });
  });

  describe('for .NET', () => {
    it('ends paths with a slash, sorts with a minus, and needs absolute links', async () => {
      const headers = { authorization: authorization(), 'x-xurrent-account': 'acme' };
      const get = (path: string) => sendRaw(harness.origin, { path, headers });
      const list = await get(
        '/v1/app_offerings/?per_page=2&fields=id,name&sort=-created_at,name&created_at=>2020-01-01',
      );
      expect(jsonOf<OfferingBody[]>(list).length).toBe(2);
      const [, next = ''] = /<([^>]+)>; rel="next"/.exec(String(list.headers['link'])) ?? [];
      expect(new URL(next).pathname).toBe('/v1/app_offerings/');
      const { id } = jsonOf<OfferingBody[]>(list)[0]!;
      expect(jsonOf<OfferingBody>(await get(`/v1/app_offerings/${id}/`)).id).toBe(id);
      for (const name of ['latest_internal', 'latest_published', 'all_latest_published', 'consumed'])
        expect((await get(`/v1/app_offerings/${name}/?per_page=1`)).status).toBe(200);
      expect((await get(`/v1/app_offerings/${id}/app_instances/?per_page=1`)).status).toBe(200);
    });
  });

  describe('in Go', () => {
    it('chooses predefined filters in the query, goes by cursors, and reads the headers of a page', async () => {
      const headers = { authorization: authorization(), 'x-4me-account': 'acme', 'x-xurrent-language': 'en' };
      const get = (path: string) => sendRaw(harness.origin, { path, headers });
      const first = await get('/v1/app_offerings?state=latest_internal&per_page=50&sort=id');
      const end = String(first.headers['x-pagination-end-cursor']);
      const second = await get(
        `/v1/app_offerings?state=latest_internal&per_page=50&sort=id&search_after=${encodeURIComponent(end)}`,
      );
      expect(jsonOf<OfferingBody[]>(second)[0]!.id).toBeGreaterThan(jsonOf<OfferingBody[]>(first).at(-1)!.id);
      const start = String(second.headers['x-pagination-start-cursor']);
      const back = await get(
        `/v1/app_offerings?state=latest_internal&per_page=50&sort=id&search_before=${encodeURIComponent(start)}`,
      );
      expect(jsonOf(back)).toEqual(jsonOf(first));
      expect(JSON.parse(Buffer.from(end, 'base64').toString())).toEqual({ offset: 49, cursor: [expect.any(Number)] });
      expect(first.headers).toMatchObject({ 'x-pagination-per-page': '50', 'x-pagination-current-page': '1' });
    });
  });
});
