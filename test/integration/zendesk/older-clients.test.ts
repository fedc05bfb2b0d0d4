import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emails } from '../../support/accounts.ts';
import { read, type JobBody } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { countOf } from '../../support/jobs.ts';
import { buildArchive, macros, uploadForm, type ArchiveParts } from '../../support/packages.ts';
import { basic } from '../../support/raw-http.ts';

/** An answer of which a client looks at some members. */
interface Answer {
  id?: unknown;
  job_id?: unknown;
  pending_job_id?: unknown;
  apps?: { id: unknown; name: unknown }[];
  error?: unknown;
}

/**
 * Clients that cannot run here, played by the requests they send and by what they look at in the answers. Whatever they
 * do not look at, they are not shown.
 */
describe('clients of before', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const send = async (method: string, route: string, body?: unknown): Promise<{ status: number; body: Answer }> => {
    const answer = await harness.request(route, {
      as: null,
      method,
      headers: { authorization: basic(`${emails.admin}/token`, harness.tokens.admin) },
      ...(body instanceof FormData ? { body } : body === undefined ? {} : { json: body }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer };
  };

  describe('the Ruby tool', () => {
    /** Any truthy `error` ends it. */
    const ask = async (method: string, route: string, body?: unknown): Promise<Answer> => {
      const answer = await send(method, route, body);
      expect(answer.body.error).toBeUndefined();
      return answer.body;
    };
    const upload = async (parts: ArchiveParts): Promise<string> => {
      const { id } = await ask('POST', '/api/v2/apps/uploads.json', uploadForm(buildArchive(parts)));
      expect(id).toBeTruthy();
      return String(id);
    };
    /** It polls whichever of the two ids the answer has, and saves the app's id. */
    const followJob = (answer: Answer): Promise<number> => {
      const id = String(answer.job_id ?? answer.pending_job_id);
      return vi.waitFor(
        async () => {
          const job = (await ask('GET', `/api/v2/apps/job_statuses/${id}`)) as JobBody;
          expect(job).toMatchObject({ status: 'completed' });
          return job.app_id!;
        },
        { timeout: 20_000, interval: 50 },
      );
    };
    const create = async (name: string, parts: ArchiveParts = {}): Promise<number> =>
      followJob(await ask('POST', '/api/apps.json', { name, upload_id: await upload(parts) }));

    it('creates an app with the id of the upload as a text', async () => {
      const id = await create('Mine');
      expect(await ask('GET', `/api/v2/apps/${id}.json`)).toMatchObject({ id, name: 'Mine', version: '1.0.0' });
    });

    it('looks at the app before it updates it', async () => {
      const id = await create('Twice');
      expect([200, 201, 202]).toContain((await send('GET', `/api/v2/apps/${id}.json`)).status);
      const upload_id = await upload({ manifest: { version: '2.0.0' } });
      expect(await followJob(await ask('PUT', `/api/v2/apps/${id}.json`, { upload_id }))).toBe(id);
      expect(await ask('GET', `/api/v2/apps/${id}.json`)).toMatchObject({ version: '2.0.0' });
    });

    it.each(['support', 'sell', 'zendesk', 'v2'])('finds an app by its name below %s', async (product) => {
      const id = await create(`Named for ${product}`);
      const { apps = [] } = await ask('GET', `/api/${product}/apps/owned.json`);
      expect(apps.filter(({ name }) => name === `Named for ${product}`).map((app) => app.id)).toEqual([id]);
    });

    it('waits for what an app requires before it says that it is installed', async () => {
      const app_id = await create('Demanding', { requirements: macros(3) });
      const settings = { name: 'Demanding' };
      const installed = await ask('POST', '/api/sell/apps/installations.json', { app_id, settings });
      expect(await followJob(installed)).toBe(app_id);
      expect(await countOf(harness, `resources where installation_id = ${Number(installed.id)}`)).toBe(3);
    });

    it('hears of an upload that nobody made, and would end by its job too', async () => {
      const answer = await send('POST', '/api/apps.json', { name: 'None', upload_id: '999999' });
      expect(answer).toMatchObject({ status: 404, body: { error: 'not_found' } });
      expect(answer.body).toMatchObject({ description: expect.stringMatching(/999999/) as string });
      const lost = await send('GET', `/api/v2/apps/job_statuses/${String(answer.body.job_id)}`);
      expect(lost).toMatchObject({ status: 200, body: { status: 'failed' } });
    });
  });

  it('a configuration tool finds a job to poll in every answer to installing, required or not', async () => {
    const build = async (parts: ArchiveParts): Promise<number> => {
      const { body } = await send('POST', '/api/v2/apps/uploads.json', uploadForm(buildArchive(parts)));
      const { job_id } = (await send('POST', '/api/apps.json', { upload_id: body.id })).body;
      return vi.waitFor(
        async () => {
          const job = await read<JobBody>(await harness.request(`/api/v2/apps/job_statuses/${String(job_id)}`), 200);
          expect(job.status).toBe('completed');
          return job.app_id!;
        },
        { timeout: 20_000, interval: 50 },
      );
    };
    for (const parts of [{}, { requirements: macros(1) }]) {
      const json = { app_id: await build(parts), settings: { name: 'Salted' } };
      const { status, body } = await send('POST', '/api/v2/apps/installations', json);
      expect(status).toBe(201);
      expect(body.pending_job_id).toEqual(expect.any(String));
      await vi.waitFor(
        async () => {
          const job = await send('GET', `/api/v2/apps/job_statuses/${String(body.pending_job_id)}`);
          expect(job.body).toMatchObject({ status: 'completed' });
        },
        { timeout: 20_000, interval: 50 },
      );
    }
  });
});
