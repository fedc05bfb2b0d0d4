import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findAppMarkdown } from '../../../src/db/app-texts.ts';
import { findApp } from '../../../src/db/apps.ts';
import { markdownTexts } from '../../../src/domain/package/listing-texts.ts';
import { plainTextAsHtml } from '../../../src/domain/texts/plain-text.ts';
import { RENDERER_VERSION } from '../../../src/domain/texts/renderer-version.ts';
import { runTask } from '../../../src/use-cases/collect/run-task.ts';
import { renderAppTexts } from '../../../src/use-cases/texts/render-app-texts.ts';
import { sweepTexts } from '../../../workers/sweep-texts.ts';
import { buildApp, install, read } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { kustomerClient } from '../../support/kustomer.ts';
import { buildArchive } from '../../support/packages.ts';
import { slowTexts } from '../../support/slow-texts.ts';

interface Shown {
  id: number;
  long_description: string;
  installation_instructions: string;
}

const never = new AbortController().signal;

const translation = (app: Record<string, unknown>): string => JSON.stringify({ app: { name: 'Tiny', ...app } });

describe.each(queueBackends)('the HTML of texts with the queue on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const show = async (id: number, query = ''): Promise<Shown> =>
    read<Shown>(await harness.request(`/api/v2/apps/${id}.json${query}`), 200);
  const build = (long: string, more: Record<string, string> = {}): Promise<number> =>
    buildApp(
      harness,
      buildArchive({ files: { 'translations/en.json': translation({ long_description: long }), ...more } }),
    );
  const sql = (statement: string, values: unknown[] = []) => harness.deps.db.query(statement, values);
  /** As an older release leaves an app, or an upgrade of the renderer finds it. */
  const forget = async (id: number): Promise<void> => {
    await sql('delete from rendered_texts where digest in (select digest from app_texts where app_id = $1)', [id]);
    await sql('delete from app_texts where app_id = $1', [id]);
    await sql('update apps set rendered_version_id = null, renderer_version = 0 where id = $1', [id]);
  };
  const isRendered = async (id: number): Promise<boolean> => {
    const { rowCount } = await sql(
      'select 1 from apps where id = $1 and rendered_version_id = version_id and renderer_version = $2',
      [id, RENDERER_VERSION],
    );
    return rowCount === 1;
  };

  it('is stored by the build, in every language', async () => {
    const id = await build('# English', {
      'translations/de.json': translation({ long_description: '*Deutsch*', installation_instructions: '1. Eins' }),
    });
    expect(await isRendered(id)).toBe(true);
    expect(await show(id)).toMatchObject({ long_description: '<h1>English</h1>\n', installation_instructions: '' });
    expect(await show(id, '?locale=de')).toMatchObject({
      long_description: '<p><em>Deutsch</em></p>\n',
      installation_instructions: '<ol>\n<li>Eins</li>\n</ol>\n',
    });
    const { rows } = await sql('select 1 from app_texts where app_id = $1', [id]);
    expect(rows).toHaveLength(3);
  });

  it('is requested by the answer that lacks it, which has plain text', async () => {
    const id = await build('**one** <b>');
    await forget(id);
    const html = '<p><strong>one</strong> &lt;b&gt;</p>\n';
    expect((await show(id)).long_description).toBe('<p>**one** &lt;b&gt;</p>\n');
    await vi.waitFor(async () => expect((await show(id)).long_description).toBe(html), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await isRendered(id)).toBe(true));
  });

  it('is not shown when an older version of the renderer made it, and rendered anew by the sweep', async () => {
    const id = await build('**two**');
    await sql(
      "update rendered_texts set renderer_version = $2, html = 'old' where digest in (select digest from app_texts where app_id = $1)",
      [id, RENDERER_VERSION - 1],
    );
    await sql('update apps set renderer_version = $2 where id = $1', [id, RENDERER_VERSION - 1]);
    expect(await sweepTexts(harness.deps)).toBeGreaterThan(0);
    await vi.waitFor(async () => expect(await isRendered(id)).toBe(true), { timeout: 10_000 });
    expect((await show(id)).long_description).toBe('<p><strong>two</strong></p>\n');
    expect(await sweepTexts(harness.deps)).toBe(0);
  });

  it('is plain text where an older version of the renderer made it', async () => {
    const id = await build('**three**');
    await sql(
      'update rendered_texts set renderer_version = $2 where digest in (select digest from app_texts where app_id = $1)',
      [id, RENDERER_VERSION - 1],
    );
    expect((await show(id)).long_description).toBe(await plainTextAsHtml('**three**'));
  });
});

describe('the HTML of texts', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());

  const sql = (statement: string, values: unknown[] = []) => harness.deps.db.query(statement, values);

  /** Inserts an app with these texts in English, as a release before this one would have built it. */
  const insertApp = async (
    long: string,
    instructions: string | null = null,
    products: string[] = [],
  ): Promise<number> => {
    const definition = {
      version: '1.0.0',
      author: { name: 'Ada', email: null, url: null },
      defaultLocale: 'en',
      products,
      pictures: [],
      translations: { en: { app: { long_description: long, installation_instructions: instructions } } },
    };
    const { rows } = await sql(
      `with a as (insert into apps (account_id, kind, name) values ($1, 'zendesk', 'App') returning id)
       insert into app_versions (app_id, definition, asset_key) select id, $2, gen_random_uuid() from a
       returning id, app_id`,
      [harness.accountId, JSON.stringify(definition)],
    );
    const { id, app_id: appId } = rows[0] as { id: number; app_id: number };
    await sql('update apps set version_id = $2 where id = $1', [appId, id]);
    return appId;
  };
  const list = async (): Promise<Shown[]> =>
    (await read<{ apps: Shown[] }>(await harness.request('/api/v2/apps.json'), 200)).apps;
  const waiting = async (): Promise<number> => {
    const housekeeping = harness.backend.queue('housekeeping');
    const count = await housekeeping.getJobCountByTypes('waiting');
    await housekeeping.close();
    return count;
  };

  it('comes from the store in a list of 60 apps with the worst texts, and a request asks for 20 of them at most', async () => {
    const texts = Object.values(slowTexts);
    const ids: number[] = [];
    for (let n = 0; n < 60; n += 1) ids.push(await insertApp(texts[n % texts.length]!, texts[(n + 1) % texts.length]!));
    const thread = vi.spyOn(harness.deps.packages, 'renderTexts');

    const plain = await list();
    expect(plain.map(({ id }) => id)).toEqual(ids);
    for (const [n, app] of plain.entries())
      expect(app.long_description).toBe(await plainTextAsHtml(texts[n % texts.length]!));
    await vi.waitFor(async () => expect(await waiting()).toBe(20));
    // Those that were asked for are not asked for again.
    await list();
    await vi.waitFor(async () => expect(await waiting()).toBe(40));
    expect(thread).not.toHaveBeenCalled();

    for (const id of ids) await renderAppTexts(harness.deps, id, never);
    // Each text once.
    expect(thread.mock.calls.flatMap(([asked]) => asked).toSorted()).toEqual(texts.toSorted());
    thread.mockClear();
    const { rows } = await sql('select count(*) as stored from rendered_texts');
    expect(rows).toEqual([{ stored: texts.length }]);
    const shown = await list();
    expect(shown[0]!.long_description).toBe(`<p>${slowTexts['empty images']}</p>\n`);
    const headings = shown[Object.keys(slowTexts).indexOf('headings')]!;
    expect(headings.long_description.startsWith('<h1></h1>\n<h1></h1>')).toBe(true);
    // Too long as HTML.
    const references = shown[Object.keys(slowTexts).indexOf('references')]!;
    expect(references.long_description).toBe(await plainTextAsHtml(slowTexts['references']!));
    expect(thread).not.toHaveBeenCalled();
    thread.mockRestore();
  }, 120_000);

  it('is found by SQL for the same texts as by the build', async () => {
    harness.startWorker();
    const id = await buildApp(
      harness,
      buildArchive({
        files: {
          'translations/en.json': translation({
            long_description: 'A',
            installation_instructions: '',
            support: { long_description: 'B', name: 'x', short_description: 'x' },
            sell: { installation_instructions: 'C', name: 'x', short_description: 'x' },
          }),
          'translations/de.json': translation({ long_description: 'A', installation_instructions: 'D' }),
          'translations/fr.json': translation({ sell: { long_description: 'E' } }),
        },
      }),
    );
    const app = await findApp(harness.deps.db, { accountId: harness.accountId, id, kind: null });
    const { rows } = await sql('select definition from app_versions where id = $1', [app!.versionId]);
    const { definition } = rows[0] as { definition: Parameters<typeof markdownTexts>[0] };
    expect(markdownTexts(definition).toSorted()).toEqual(['A', 'B', 'C', 'D', 'E']);
    const found = await findAppMarkdown(harness.deps.db, id);
    expect(found).toEqual({ versionId: app!.versionId, texts: expect.any(Array) });
    expect(found!.texts.toSorted()).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('is shown with an installation, alone and in the list', async () => {
    const id = await buildApp(
      harness,
      buildArchive({ files: { 'translations/en.json': translation({ long_description: '`x`' }) } }),
    );
    const { id: installation } = await install(harness, id);
    const one = await read<{ installation: { app: Shown } }>(
      await harness.request(`/api/sell/apps/installations/${installation}.json?include=app`),
      200,
    );
    expect(one.installation.app.long_description).toBe('<p><code>x</code></p>\n');
    const all = await read<{ installations: { id: number; app: Shown }[] }>(
      await harness.request('/api/v2/apps/installations.json?include=app'),
      200,
    );
    expect(all.installations.find((found) => found.id === installation)!.app.long_description).toBe(
      '<p><code>x</code></p>\n',
    );
  });

  it('of a build that cannot be rendered within the limits is plain text, and is not tried again', async () => {
    const slow = slowTexts['images in brackets']!;
    const { packages } = harness.deps;
    const renderTexts = packages.renderTexts.bind(packages);
    const limited = vi.spyOn(packages, 'renderTexts').mockImplementation((texts, options) =>
      renderTexts(texts, {
        ...options,
        limits: {
          maxCharacters: 20_000,
          maxGrowth: 6,
          spareCharacters: 1_000,
          maxHtmlCharacters: 4_000_000,
          textMs: 5,
          allMs: 10_000,
        },
      }),
    );
    const id = await buildApp(
      harness,
      buildArchive({ files: { 'translations/en.json': translation({ long_description: `${slow.slice(1)} ` }) } }),
    );
    expect(limited).toHaveBeenCalledOnce();
    const shown = await read<Shown>(await harness.request(`/api/v2/apps/${id}.json`), 200);
    expect(shown.long_description).toBe(await plainTextAsHtml(`${slow.slice(1)} `));
    expect(await renderAppTexts(harness.deps, id, never)).toBe(0);
    expect(limited).toHaveBeenCalledOnce();
    limited.mockRestore();
  });

  it('is plain text when its thread dies, and is not tried again', async () => {
    const id = await insertApp('*dies*');
    const dying = vi.spyOn(harness.deps.packages, 'renderTexts').mockRejectedValue(new Error('out of memory'));
    expect(await renderAppTexts(harness.deps, id, never)).toBe(1);
    dying.mockRestore();
    expect(await renderAppTexts(harness.deps, id, never)).toBe(0);
    const shown = await read<Shown>(await harness.request(`/api/v2/apps/${id}.json`), 200);
    expect(shown.long_description).toBe('<p>*dies*</p>\n');
  });

  it('is left to the next worker when this one stops', async () => {
    const id = await insertApp('*stops*');
    const stop = new AbortController();
    stop.abort(new Error('shutting down'));
    await expect(renderAppTexts(harness.deps, id, stop.signal)).rejects.toThrow('shutting down');
    expect(await renderAppTexts(harness.deps, id, never)).toBe(1);
  });

  it('is not noted for a version that another one has replaced', async () => {
    const id = await insertApp('*first*');
    const { packages } = harness.deps;
    const renderTexts = packages.renderTexts.bind(packages);
    const replacing = vi.spyOn(packages, 'renderTexts').mockImplementation(async (texts, options) => {
      const rendered = await renderTexts(texts, options);
      await sql(
        `with v as (insert into app_versions (app_id, definition, asset_key) select app_id, definition, gen_random_uuid()
           from app_versions where app_id = $1 returning id)
         update apps set version_id = v.id from v where apps.id = $1`,
        [id],
      );
      return rendered;
    });
    await renderAppTexts(harness.deps, id, never);
    replacing.mockRestore();
    const { rows } = await sql('select rendered_version_id, renderer_version from apps where id = $1', [id]);
    expect(rows).toEqual([{ rendered_version_id: null, renderer_version: 0 }]);
    expect((await sql('select 1 from app_texts where app_id = $1', [id])).rowCount).toBe(0);
    await renderAppTexts(harness.deps, id, never);
    expect((await sql('select 1 from app_texts where app_id = $1', [id])).rowCount).toBe(1);
  });

  it('is nothing for an app that was described: the sweep notes it without a job', async () => {
    await kustomerClient(harness).register({ app: 'hello', version: '1.0.0', title: 'Hello' });
    const { rows } = await sql("select id from apps where kind = 'kustomer'");
    await sweepTexts(harness.deps);
    const noted = await sql('select 1 from apps where id = $1 and rendered_version_id = version_id', [rows[0].id]);
    expect(noted.rowCount).toBe(1);
  });

  it('is removed once no app has the text and nobody has touched it for an hour', async () => {
    const [kept, gone, fresh] = [await insertApp('*kept*'), await insertApp('*gone*'), await insertApp('*fresh*')];
    for (const id of [kept, gone, fresh]) await renderAppTexts(harness.deps, id, never);
    const digests = async (): Promise<string[]> => {
      const { rows } = await sql('select html from rendered_texts where html in ($1, $2, $3) order by html', [
        '<p><em>fresh</em></p>\n',
        '<p><em>gone</em></p>\n',
        '<p><em>kept</em></p>\n',
      ]);
      return (rows as { html: string }[]).map(({ html }) => html.slice(7, 11));
    };
    await sql("update rendered_texts set touched_at = now() - interval '61 minutes' where html not like '%fresh%'");
    await sql('delete from apps where id = any($1)', [[gone, fresh]]);
    expect(await runTask(harness.deps, 'collect.texts', { most: 10_000, graceSeconds: 0 })).toMatchObject({
      removed: expect.any(Number),
    });
    expect(await digests()).toEqual(['fres', 'kept']);
    expect(await runTask(harness.deps, 'collect.texts', { most: 10_000, graceSeconds: 0 })).toEqual({ removed: 0 });
  });
});
