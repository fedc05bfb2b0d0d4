import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publish } from '../../support/acting-as.ts';
import type { Person } from '../../support/accounts.ts';
import { buildApp, endOf, read, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive, type ArchiveParts } from '../../support/packages.ts';
import { badIds, named } from '../../support/shapes.ts';

interface Listed {
  id: number;
  categories: { id: number; name: string }[];
  featured: boolean;
  promoted: boolean;
  visibility: string;
  updated_at: string;
  rating: { average: number | null; count: Record<string, number>; total_count: number };
  long_description: string;
  raw_long_description: string | null;
  installation_instructions: string;
  parameters: { id: number; name: string; created_at: string; updated_at: string; default_value: unknown }[];
}

/** What people say of an app: an operator, and those who use it. */
describe('the listing of an app', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const native = (id: number | string, rest: string, method: string, options: { as: Person | null; json?: unknown }) =>
    harness.request(`/api/appyard/v1/apps/${id}${rest}`, { method, ...options });
  const patch = (id: number, json: unknown, as: Person | null = 'operator') => native(id, '', 'PATCH', { as, json });
  const rate = (id: number | string, stars: unknown, as: Person | null = 'admin') =>
    native(id, '/rating', 'PUT', { as, json: { stars } });
  const unrate = (id: number, as: Person | null = 'admin') => native(id, '/rating', 'DELETE', { as });
  const show = async (id: number, as: Person = 'admin'): Promise<Listed> =>
    read<Listed>(await harness.request(`/api/v2/apps/${id}.json`, { as }), 200);
  const listed = async (id: number): Promise<Listed | undefined> => {
    const { apps } = await read<{ apps: Listed[] }>(await harness.request('/api/v2/apps.json'), 200);
    return apps.find((app) => app.id === id);
  };
  const build = (parts: ArchiveParts = {}): Promise<number> => buildApp(harness, buildArchive(parts));
  const update = async (id: number, parts: ArchiveParts): Promise<void> => {
    const json = { upload_id: await uploadPackage(harness, buildArchive(parts)) };
    const asked = await read<{ job_id: string }>(
      await harness.request(`/api/v2/apps/${id}`, { method: 'PUT', json }),
      200,
    );
    expect(await endOf(harness, asked.job_id)).toMatchObject({ status: 'completed' });
  };
  const auditOf = async (id: number): Promise<unknown[]> => {
    const { rows } = await harness.deps.db.query(
      `select account_id, actor_name, action, before, after from audit_entries
       where subject_type = 'app' and subject_id = $1 and action = 'update' order by id`,
      [id],
    );
    return rows;
  };

  describe('its rating', () => {
    it('is what its users gave it, one rating each, whose average has two digits', async () => {
      const id = await build();
      expect((await show(id)).rating).toEqual({
        average: null,
        count: { '1': 0, '2': 0, '3': 0, '4': 0, '5': 0 },
        total_count: 0,
      });
      await publish(harness, id, 'public');
      expect(await read(await rate(id, 2), 200)).toEqual({ data: { id, stars: 2 } });
      await read(await rate(id, 4), 200);
      await read(await rate(id, 5, 'agent'), 200);
      await read(await rate(id, 5, 'other'), 200);
      const rating = { average: 4.67, count: { '1': 0, '2': 0, '3': 0, '4': 1, '5': 2 }, total_count: 3 };
      expect((await show(id)).rating).toEqual(rating);
      expect((await show(id, 'other')).rating).toEqual(rating);
      expect((await listed(id))?.rating).toEqual(rating);

      expect((await unrate(id, 'agent')).status).toBe(204);
      expect((await unrate(id, 'agent')).status).toBe(204);
      expect((await show(id)).rating).toMatchObject({ average: 4.5, total_count: 2 });
      await harness.request(`/api/v2/apps/${id}`, { method: 'DELETE' });
      const { rows } = await harness.deps.db.query('select 1 from app_ratings where app_id = $1', [id]);
      expect(rows).toEqual([]);
    });

    it('is one a user, also when the user gives many at once', async () => {
      const id = await build();
      const answers = await Promise.all([1, 2, 3, 4, 5, 1, 2, 3].map((stars) => rate(id, stars)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect((await show(id)).rating.total_count).toBe(1);
    });

    it('is recorded for the account of the user who gave it', async () => {
      const id = await build();
      await rate(id, 3);
      await rate(id, 3);
      await rate(id, 1);
      await unrate(id);
      const by = { account_id: harness.accountId, actor_name: 'ada@acme.example', action: 'update' };
      expect(await auditOf(id)).toEqual([
        { ...by, before: { stars: null }, after: { stars: 3 } },
        { ...by, before: { stars: 3 }, after: { stars: 1 } },
        { ...by, before: { stars: 1 }, after: { stars: null } },
      ]);
    });

    it('is given by nobody, no operator and no account that cannot see the app', async () => {
      const id = await build();
      for (const act of [(as: Person | null) => rate(id, 5, as), (as: Person | null) => unrate(id, as)]) {
        expect((await act(null)).status).toBe(401);
        expect((await act('operator')).status).toBe(403);
        expect((await act('other')).status).toBe(404);
      }
      expect((await rate(999_999, 5)).status).toBe(404);
      expect((await unrate(999_999)).status).toBe(404);
      expect((await show(id)).rating.total_count).toBe(0);
    });

    it.each([0, 6, -1, 2.5, '5', null, true, [], {}, undefined])('is not %j', async (stars) => {
      const id = await build();
      const answer = await read<{ error: { message: string } }>(await rate(id, stars), 422);
      expect(answer.error.message).toMatch(/^stars: /);
      expect((await show(id)).rating.total_count).toBe(0);
    });

    it.each(named(badIds))('is not given to an app %s', async (_name, id) => {
      expect([400, 404, 422]).toContain((await rate(id, 5)).status);
    });
  });

  describe('what an operator says of it', () => {
    it('is shown to all, and recorded by the fields that changed', async () => {
      const id = await build();
      const before = await show(id);
      expect(before).toMatchObject({ categories: [], featured: false, promoted: false, visibility: 'private' });
      const change = { featured: true, categories: ['Messaging', ' Email '], visibility: 'public' };
      const categories = [expect.objectContaining({ name: 'Messaging' }), expect.objectContaining({ name: 'Email' })];
      expect(await read(await patch(id, change), 200)).toEqual({
        data: { id, featured: true, promoted: false, obsolete: false, visibility: 'public', categories },
      });
      expect(await show(id, 'other')).toMatchObject({ categories, featured: true, promoted: false });
      expect(await listed(id)).toMatchObject({ categories, featured: true });

      await read(await patch(id, { promoted: true, featured: true, obsolete: true }), 200);
      await read(await patch(id, { promoted: true, categories: ['Messaging', 'Email'] }), 200);
      await read(await publish(harness, id, 'private'), 200);
      expect(await show(id)).toMatchObject({ promoted: true, featured: true, visibility: 'private', categories });
      const by = {
        account_id: harness.accountId,
        actor_name: expect.stringMatching(/^operator/) as string,
        action: 'update',
      };
      expect(await auditOf(id)).toEqual([
        {
          ...by,
          before: { visibility: 'private', featured: false, categories: [] },
          after: { visibility: 'public', featured: true, categories: ['Messaging', 'Email'] },
        },
        { ...by, before: { promoted: false, obsolete: false }, after: { promoted: true, obsolete: true } },
        { ...by, before: { visibility: 'public' }, after: { visibility: 'private' } },
      ]);
    });

    it('names categories by ids that stay, whatever app they are of and however they are written', async () => {
      const [one, two] = [await build(), await build()];
      await read(await patch(one, { categories: ['Surveys', 'Telephony'] }), 200);
      await read(await patch(two, { categories: ['telephony', 'SURVEYS', 'Surveys', 'Chat'] }), 200);
      const [surveys, telephony] = (await show(one)).categories;
      expect((await show(two)).categories.slice(0, 2)).toEqual([telephony, surveys]);
      expect((await show(two)).categories.map(({ name }) => name)).toEqual(['Telephony', 'Surveys', 'Chat']);
      await read(await patch(two, { categories: [] }), 200);
      expect((await show(two)).categories).toEqual([]);
      expect((await show(one)).categories).toEqual([surveys, telephony]);
    });

    it('makes a category once, when two say it at the same time', async () => {
      const ids = [await build(), await build(), await build()];
      const answers = await Promise.all(ids.map((id) => patch(id, { categories: ['At once', 'Together'] })));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      const [first, ...others] = await Promise.all(ids.map(async (id) => (await show(id)).categories));
      expect(first).toHaveLength(2);
      for (const categories of others) expect(categories).toEqual(first);
    });

    it('survives the next version', async () => {
      const id = await build();
      await read(await patch(id, { featured: true, categories: ['Kept'] }), 200);
      await rate(id, 4);
      await update(id, { manifest: { version: '2.0.0' } });
      expect(await show(id)).toMatchObject({
        version: '2.0.0',
        featured: true,
        categories: [expect.objectContaining({ name: 'Kept' })],
        rating: { average: 4 },
      });
    });

    it('is said by an operator alone', async () => {
      const id = await build();
      expect((await patch(id, { featured: true }, null)).status).toBe(401);
      for (const as of ['admin', 'agent', 'other'] as const)
        expect((await patch(id, { featured: true }, as)).status).toBe(403);
      expect((await patch(999_999, { featured: true })).status).toBe(404);
      expect((await show(id)).featured).toBe(false);
    });

    it.each([
      ['featured', { featured: 'yes' }],
      ['promoted', { promoted: null }],
      ['obsolete', { obsolete: 1 }],
      ['visibility', { visibility: 'secret' }],
      ['categories', { categories: 'Email' }],
      ['categories.1', { categories: ['Email', ' '] }],
      ['categories.0', { categories: [5] }],
      ['categories.0', { categories: ['a\0b'] }],
      ['categories.0', { categories: ['x'.repeat(101)] }],
      ['categories', { categories: Array.from({ length: 21 }, (_, i) => `c${i}`) }],
      ['name', { featured: true, name: 'Other' }],
      ['body', {}],
    ])('is refused by the name of %s in %j', async (field, body) => {
      const id = await build();
      const answer = await read<{ error: { message: string } }>(await patch(id, body), 422);
      expect(answer.error.message).toMatch(new RegExp(`^${field}: `));
      expect(await show(id)).toMatchObject({ featured: false, promoted: false, visibility: 'private', categories: [] });
    });
  });

  describe('what its package says', () => {
    const texts = (long: string, installation = long): ArchiveParts => ({
      files: {
        'translations/en.json': JSON.stringify({
          app: { name: 'Tiny', long_description: long, installation_instructions: installation },
        }),
      },
    });

    it('is Markdown, shown as HTML, and raw as it is', async () => {
      const long = '# Hello\n\nSome **bold** text\nand a [link](https://example.com).';
      const app = await show(await build(texts(long, '1. One\n2. Two')));
      expect(app.raw_long_description).toBe(long);
      expect(app.long_description).toBe(
        '<h1>Hello</h1>\n<p>Some <strong>bold</strong> text<br>\nand a <a href="https://example.com">link</a>.</p>\n',
      );
      expect(app.installation_instructions).toBe('<ol>\n<li>One</li>\n<li>Two</li>\n</ol>\n');
      expect(await listed(app.id)).toEqual(app);
    });

    it.each([
      '<script>alert(1)</script>',
      'a <img src=x onerror=alert(1)> b',
      '[x](javascript:alert(1))',
      '[x](JaVaScRiPt:alert(1))',
      '[x](data:text/html,<script>alert(1)</script>)',
      '![x](javascript:alert(1))',
      '[x](https://example.com/"onclick="alert(1))',
      '[x]: vbscript:alert(1)\n\n[x]',
      '<https://example.com/?"><script>alert(1)</script>>',
      '```<script>\nalert(1)\n```',
      `${'<script>alert(1)</script>'.repeat(1_000)}[x](javascript:alert(1))`,
    ])('is harmless on a page: %s', async (text) => {
      const html = (await show(await build(texts(text)))).long_description;
      // Whatever is a tag here is one of Markdown's own, and has no attribute that could run.
      const tags = html.match(/<[^>]*>/g) ?? [];
      for (const tag of tags) expect(tag).toMatch(/^<(\/?(p|a|pre|code|br)|a href="https:[^"]*"|code class="[^"]*")>$/);
    });

    it('keeps the secret default of a parameter to itself', async () => {
      const manifest = {
        parameters: [
          { name: 'api_key', type: 'text', secure: true, default: 'hunter2' },
          { name: 'colour', type: 'text', default: 'red' },
        ],
      };
      const { parameters } = await show(await build({ manifest }));
      expect(parameters.map(({ default_value: value }) => value)).toEqual([null, 'red']);
    });

    it('dates a parameter by the version that changed it', async () => {
      const parameter = (name: string, more: object = {}) => ({ name, type: 'text', ...more });
      const id = await build({
        manifest: { parameters: [parameter('kept'), parameter('changed'), parameter('moved')] },
      });
      const age = async (): Promise<void> => {
        await harness.deps.db.query(
          `update parameters p set created_at = p.created_at - interval '1 day', updated_at = p.updated_at - interval '1 day'
           from apps a where a.id = $1 and p.version_id = a.version_id`,
          [id],
        );
      };
      await age();
      const first = (await show(id)).parameters;
      expect(first.map((one) => one.updated_at)).toEqual(first.map((one) => one.created_at));

      const parameters = [
        parameter('moved'),
        parameter('kept'),
        parameter('changed', { default: 'x' }),
        parameter('new'),
      ];
      await update(id, { manifest: { parameters } });
      const by = async () => new Map((await show(id)).parameters.map((one) => [one.name, one]));
      const second = await by();
      for (const one of first) expect(second.get(one.name)).toMatchObject({ id: one.id, created_at: one.created_at });
      for (const name of ['kept', 'moved']) expect(second.get(name)?.updated_at).toBe(second.get(name)?.created_at);
      expect(Date.parse(second.get('changed')!.updated_at)).toBeGreaterThan(
        Date.parse(second.get('changed')!.created_at),
      );
      expect(second.get('new')?.updated_at).toBe(second.get('new')?.created_at);

      // The date of a change stays as long as nothing else changes.
      await age();
      const third = await by();
      await update(id, { manifest: { parameters, version: '3.0.0' } });
      expect(await by()).toEqual(third);
    });
  });

  it('has not once been at a loss', () => {
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });
});
