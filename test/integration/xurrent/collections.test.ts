import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { sendRaw } from '../../support/raw-http.ts';
import { addOffering, type OfferingBody } from '../../support/xurrent.ts';

const SEED = 20_261_122;
const COUNT = 250;
const START = Date.parse('2026-01-01T00:00:00Z');

/** As the rows are made below: several of each name, of each source, of each moment. */
interface Row {
  id: number;
  name: string;
  reference: string;
  source: string | null;
  sourceID: string | null;
  disabled: boolean;
  created_at: string;
  updated_at: string;
}

const SHOWN = [
  'created_at',
  'id',
  'name',
  'nodeID',
  'policy_jwt_alg',
  'policy_jwt_audience',
  'policy_jwt_claim_expires_in',
  'reference',
  'service_instance',
  'sourceID',
  'updated_at',
  'webhook_uri_template',
];

describe('collections', () => {
  let harness: Harness;
  let rows: Row[];
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const made: OfferingBody[] = [];
    for (let i = 0; i < COUNT; i++)
      made.push(
        await addOffering(harness, {
          name: `${i % 2 === 0 ? 'Note' : 'note'} ${i % 40}`,
          reference: `ref-${i}`,
          source: i % 3 === 0 ? null : `source ${i % 5}`,
          sourceID: i % 4 === 0 ? null : `id,${i % 50}`,
          disabled: i % 10 === 0,
        }),
      );
    await harness.deps.db.query(
      `update apps set created_at = to_timestamp($1 + (id % 60) * 60 + 0.25), updated_at = to_timestamp($1 + (id % 90) * 3600 + 0.75)`,
      [START / 1_000],
    );
    rows = await wholeList('fields=name,reference,source,sourceID,disabled,created_at,updated_at&sort=id');
  }, 60_000);
  afterAll(() => harness.close());

  const page = async (query: string): Promise<{ rows: Row[]; headers: Headers }> => {
    const response = await harness.request(`/v1/app_offerings${query && `?${query}`}`);
    const { headers } = response;
    return { rows: await read<Row[]>(response, 200), headers };
  };
  const linksOf = (headers: Headers): Record<string, string> =>
    Object.fromEntries(
      (headers.get('link') ?? '').split(',').flatMap((part) => {
        const [, url, rel] = /^\s*<([^>]*)>; rel="(\w+)"$/.exec(part) ?? [];
        return url === undefined ? [] : [[rel, url] as [string, string]];
      }),
    );
  const follow = async (url: string): Promise<{ rows: Row[]; headers: Headers }> => page(new URL(url).search.slice(1));

  /** As clients read a list: from next to next. */
  const wholeList = async (query: string): Promise<Row[]> => {
    const all: Row[] = [];
    let next: { rows: Row[]; headers: Headers } | undefined = await page(`per_page=100&${query}`);
    while (next) {
      all.push(...next.rows);
      const { next: link } = linksOf(next.headers);
      next = link === undefined ? undefined : await follow(link);
    }
    return all;
  };
  const idsWith = async (query: string): Promise<number[]> => (await wholeList(`sort=id&${query}`)).map(({ id }) => id);
  const idsOf = (test: (row: Row) => boolean): number[] => rows.filter(test).map(({ id }) => id);

  it('show twenty rows by name, with the fields that are shown by default, and say how many there are', async () => {
    const { rows: first, headers } = await page('');
    expect(first.length).toBe(20);
    expect(Object.keys(first.find(({ disabled }) => !disabled)!).sort()).toEqual(SHOWN);
    expect(Object.keys(first.find(({ disabled }) => disabled) ?? { disabled: true, ...first[0] })).toContain(
      'disabled',
    );
    expect(first.map(({ name }) => name.toLowerCase())).toEqual(
      rows
        .map(({ name }) => name.toLowerCase())
        .sort()
        .slice(0, 20),
    );
    expect(Object.fromEntries([...headers].filter(([name]) => /pagination-[^se]/.test(name)))).toEqual({
      'x-pagination-per-page': '20',
      'x-pagination-current-page': '1',
      'x-pagination-total-pages': '13',
      'x-pagination-total-entries': '250',
    });
    expect(Object.keys(linksOf(headers))).toEqual(['next']);
  });

  it('show only the fields that are asked for, and the id, and that a row is disabled', async () => {
    const { rows: found } = await page('fields=name,reference&sort=id&per_page=2');
    expect(found.map((row) => Object.keys(row).sort())).toEqual([
      ['disabled', 'id', 'name', 'reference'],
      ['id', 'name', 'reference'],
    ]);
  });

  it.each<[query: string, test: (row: Row) => boolean]>([
    ['name=Note 7', ({ name }) => name.toLowerCase() === 'note 7'],
    ['name=NOTE%207', ({ name }) => name.toLowerCase() === 'note 7'],
    ['name=NOTE+7', ({ name }) => name.toLowerCase() === 'note 7'],
    ['name=!note 7', ({ name }) => name.toLowerCase() !== 'note 7'],
    ['name!=note 7', ({ name }) => name.toLowerCase() !== 'note 7'],
    ['name%21=note 7', ({ name }) => name.toLowerCase() !== 'note 7'],
    ['name=', () => false],
    ['name=!', () => true],
    ['reference=ref-9', ({ reference }) => reference === 'ref-9'],
    ['reference=REF-9', () => false],
    ['source=source 4', ({ source }) => source === 'source 4'],
    ['source=!source 4', ({ source }) => source !== 'source 4'],
    ['source=', ({ source }) => source === null],
    ['source=!', ({ source }) => source !== null],
    ['source!=', ({ source }) => source !== null],
    ['sourceID=id,7', ({ sourceID }) => sourceID === 'id,7'],
    ['sourceID=id%2C7', ({ sourceID }) => sourceID === 'id,7'],
    ['disabled=true', ({ disabled }) => disabled],
    ['disabled=false', ({ disabled }) => !disabled],
    ['disabled=!true', ({ disabled }) => !disabled],
    ['disabled=0', ({ disabled }) => !disabled],
    ['id=12', ({ id }) => id === 12],
    ['id=!12', ({ id }) => id !== 12],
    ['id=12,14,999999', ({ id }) => [12, 14].includes(id)],
    ['id=!12,14', ({ id }) => ![12, 14].includes(id)],
    ['id!=12,14', ({ id }) => ![12, 14].includes(id)],
    ['id=<12', ({ id }) => id < 12],
    ['id=<=12', ({ id }) => id <= 12],
    ['id=>240', ({ id }) => id > 240],
    ['id=>=240', ({ id }) => id >= 240],
    ['id=>12<20', ({ id }) => id > 12 && id < 20],
    ['id=>=12<=20', ({ id }) => id >= 12 && id <= 20],
    ['id=%3E12%3C20', ({ id }) => id > 12 && id < 20],
    ['id=!>12<20', ({ id }) => !(id > 12 && id < 20)],
    ['id=-5', () => false],
    ['created_at=2026-01-01T00:30:00Z', ({ created_at }) => created_at === '2026-01-01T00:30:00Z'],
    ['created_at=!2026-01-01T00:30:00Z', ({ created_at }) => created_at !== '2026-01-01T00:30:00Z'],
    ['created_at=>2026-01-01T00:30:00Z', ({ created_at }) => created_at > '2026-01-01T00:30:00Z'],
    ['created_at=>=2026-01-01T00:30', ({ created_at }) => created_at >= '2026-01-01T00:30:00Z'],
    ['created_at=%3E2026-01-01T02%3A30%3A00%2B02%3A00', ({ created_at }) => created_at > '2026-01-01T00:30:00Z'],
    ['created_at=>2026-01-01T02:30:00+02:00', ({ created_at }) => created_at > '2026-01-01T00:30:00Z'],
    ['created_at=<2026-01-01T00:30:00+0000', ({ created_at }) => created_at < '2026-01-01T00:30:00Z'],
    ['updated_at=<2026-01-02', ({ updated_at }) => updated_at < '2026-01-02'],
    ['updated_at=>2026-01-02<2026-01-03', ({ updated_at: at }) => at > '2026-01-02T00:00:00Z' && at < '2026-01-03'],
    ['updated_at=', () => false],
    [
      'id=>100&disabled=false&updated_at=>=2026-01-02',
      ({ id, disabled, updated_at }) => id > 100 && !disabled && updated_at >= '2026-01-02',
    ],
    ['id=>10&id=<20', ({ id }) => id > 10 && id < 20],
  ])('are filtered by ?%s', async (query, test) => {
    const expected = idsOf(test);
    expect(await idsWith(query)).toEqual(expected);
    // What finds nothing is meant to: no filter is tried that would not be missed.
    expect(expected.length > 0).toBe(!/=-5|^name=$|updated_at=$|REF/.test(query));
  });

  it('understand a query that nothing of is escaped', async () => {
    const path = '/v1/app_offerings/?id=>12<16&fields=id,name&sort=-id';
    const answer = await sendRaw(harness.origin, {
      path,
      headers: { authorization: `Bearer ${harness.tokens.admin}` },
    });
    expect((JSON.parse(answer.body.toString()) as Row[]).map(({ id }) => id)).toEqual([15, 14, 13]);
  });

  it('are read by page numbers when one is given', async () => {
    const second = await page('per_page=100&page=2&sort=-id');
    expect(second.rows.map(({ id }) => id)).toEqual(
      rows
        .map(({ id }) => id)
        .reverse()
        .slice(100, 200),
    );
    expect(second.headers.get('x-pagination-current-page')).toBe('2');
    const links = linksOf(second.headers);
    expect(Object.keys(links)).toEqual(['first', 'prev', 'next']);
    expect(links['next']).toBe(
      `http://localhost:${new URL(harness.origin).port}/v1/app_offerings?per_page=100&sort=-id&page=3`,
    );
    const last = await follow(links['next']!);
    expect(last.rows.length).toBe(50);
    expect(Object.keys(linksOf(last.headers))).toEqual(['first', 'prev']);
    expect((await follow(linksOf(last.headers)['prev']!)).rows).toEqual(second.rows);
    const beyond = await page('per_page=100&page=9');
    expect(beyond.rows).toEqual([]);
    expect(Object.keys(linksOf(beyond.headers))).toEqual(['first', 'prev']);
  });

  it('are at most a hundred rows a page', async () => {
    const { rows: found, headers } = await page('per_page=5000');
    expect(found.length).toBe(100);
    expect(headers.get('x-pagination-per-page')).toBe('100');
  });

  it('name addresses without commas, semicolons and brackets, whatever was asked', async () => {
    const path = '/v1/app_offerings/?fields=id,name&id=>1<240&sort=name,-id&per_page=7&name=!a;b,c';
    const headers = { authorization: `Bearer ${harness.tokens.admin}` };
    const first = await sendRaw(harness.origin, { path, headers });
    const [, url = ''] = /^<([^>]*)>; rel="next"$/.exec(String(first.headers['link'])) ?? [];
    expect(url).not.toMatch(/[,;<> "]/);
    expect(url).toContain('fields=id%2Cname');
    expect(new URL(url).pathname).toBe('/v1/app_offerings/');
    const { rows: next, headers: after } = await follow(url);
    expect(next.length).toBe(7);
    expect(Object.keys(linksOf(after))).toEqual(['first', 'prev', 'next']);
    expect((await follow(linksOf(after)['prev']!)).rows).toEqual(JSON.parse(first.body.toString()));
  });

  it('give cursors that say where the page begins and ends', async () => {
    const { rows: found, headers } = await page(
      'sort=id&per_page=10&search_after=' + btoa('{"offset":0,"cursor":[20]}'),
    );
    const read = (name: string) => JSON.parse(atob(headers.get(name)!)) as unknown;
    expect(read('x-pagination-start-cursor')).toEqual({ offset: 20, cursor: [found[0]!.id] });
    expect(read('x-pagination-end-cursor')).toEqual({ offset: 29, cursor: [found[9]!.id] });
    expect(headers.get('x-pagination-current-page')).toBe('3');
  });

  it('are whole whatever the sort, the filter and the size of a page, forwards and backwards', async () => {
    const sortKey = fc.tuple(fc.constantFrom('id', 'sourceID', 'name', 'created_at', 'updated_at'), fc.boolean());
    const filter = fc.constantFrom(
      '',
      'disabled=true',
      'name=!note 3',
      'sourceID=',
      'id=>40<=190',
      'updated_at=>2026-01-02',
      'source=!',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(sortKey, { maxLength: 4, selector: ([name]) => name }),
        filter,
        fc.integer({ min: 17, max: 100 }),
        fc.boolean(),
        async (keys, filtered, size, numbered) => {
          const sort = keys.map(([name, down]) => `${down ? '-' : ''}${name}`).join(',');
          const query = `${filtered}&sort=${sort}&per_page=${size}&fields=name,sourceID,created_at,updated_at`;
          const pages = [await page(numbered ? `${query}&page=1` : query)];
          for (let link = linksOf(pages[0]!.headers)['next']; link; link = linksOf(pages.at(-1)!.headers)['next'])
            pages.push(await follow(link));
          const all = pages.flatMap((one) => one.rows);
          expect(all.map(({ id }) => id)).toEqual(ordered(await idsWith(filtered), keys));
          for (let i = pages.length - 1; i > 0; i--)
            expect((await follow(linksOf(pages[i]!.headers)['prev']!)).rows).toEqual(pages[i - 1]!.rows);
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  /** The same order, made here. */
  const ordered = (ids: number[], keys: [string, boolean][]): number[] => {
    const wanted: [string, boolean][] = keys.length > 0 ? keys : [['name', false]];
    const valueOf = (row: Row, key: string): string | number =>
      key === 'id' ? row.id : String(row[key as keyof Row] ?? '').toLowerCase();
    const compare = (a: Row, b: Row): number => {
      for (const [key, down] of [...wanted, ['id', false] as [string, boolean]]) {
        const [x, y] = [valueOf(a, key), valueOf(b, key)];
        if (x !== y) return x < y === down ? 1 : -1;
      }
      return 0;
    };
    return rows
      .filter(({ id }) => ids.includes(id))
      .sort(compare)
      .map(({ id }) => id);
  };

  it('neither skip nor repeat a row when others come and go between two pages', async () => {
    const first = await page('per_page=100&sort=name');
    const early = await addOffering(harness, { name: '000 comes first', reference: 'first' });
    const second = await follow(linksOf(first.headers)['next']!);
    const third = await follow(linksOf(second.headers)['next']!);
    const seen = [...first.rows, ...second.rows, ...third.rows].map(({ id }) => id);
    expect(new Set(seen).size).toBe(COUNT);
    expect(seen).not.toContain(early.id);
    await harness.deps.db.query('delete from apps where id = $1', [early.id]);
  });
});
