import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { readCollectionQuery, type Collection } from '../../../src/http/dialects/xurrent/collection.ts';
import { readCursor, writeCursor } from '../../../src/http/dialects/xurrent/cursor.ts';
import { readFilter } from '../../../src/http/dialects/xurrent/filters.ts';
import { readMoment, showMoment } from '../../../src/http/dialects/xurrent/moment.ts';
import { pageHeaders } from '../../../src/http/dialects/xurrent/page-headers.ts';
import { escapeRaw, readRawQuery, textOfRaw, writeRawQuery } from '../../../src/http/dialects/xurrent/raw-query.ts';

describe('a raw query', () => {
  it.each([
    ['/a', []],
    ['/a?', []],
    ['/a?&&', []],
    ['/a?b', [{ name: 'b', negated: false, raw: '' }]],
    ['/a?b=>=2', [{ name: 'b', negated: false, raw: '>=2' }]],
    ['/a?b!=2', [{ name: 'b', negated: true, raw: '2' }]],
    ['/a?b%21=2', [{ name: 'b', negated: true, raw: '2' }]],
    ['/a?b=!2', [{ name: 'b', negated: false, raw: '!2' }]],
    ['/a?b=c?d=e', [{ name: 'b', negated: false, raw: 'c?d=e' }]],
    ['/a?b%ZZ=1', [{ name: 'b%ZZ', negated: false, raw: '1' }]],
  ])('%s is taken apart at the first equals sign', (url, pairs) => {
    expect(readRawQuery(url)).toEqual(pairs);
  });

  it('has nothing that a Link header is split at, and still says the same', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string({ unit: 'binary' }))), (pairs) => {
        const sent = pairs
          .filter(([name]) => name !== '' && !name.endsWith('!'))
          .map(([name, value]) => `${encodeURIComponent(name)}=${value.replace(/[&%]/g, '')}`)
          .join('&');
        const before = readRawQuery(`/?${sent}`);
        const written = writeRawQuery(before);
        expect(written).toMatch(/^[\w.~%+!&=()*'-]*$/);
        const meaning = (all: typeof before) => all.map(({ name, negated, raw }) => [name, negated, textOfRaw(raw)]);
        expect(meaning(readRawQuery(`/?${written}`))).toEqual(meaning(before));
      }),
    );
  });

  it('keeps a plus and an escape as they are', () => {
    expect(escapeRaw('a+b%2Cc,d;e<f>"')).toBe('a+b%2Cc%2Cd%3Be%3Cf%3E%22');
  });
});

/** Of what `work` throws. */
const statusOf = (work: () => unknown): unknown => {
  try {
    work();
    return undefined;
  } catch (err) {
    return err instanceof AppError ? err.status : err;
  }
};

describe('a filter', () => {
  const read = (type: Parameters<typeof readFilter>[0], raw: string, negated = false) =>
    readFilter(type, { name: 'f', negated, raw });

  it.each([
    ['text', '', { negated: false, test: { is: 'empty' } }],
    ['text', '!', { negated: true, test: { is: 'empty' } }],
    ['text', 'a,b', { negated: false, test: { is: 'among', values: ['a,b'] } }],
    ['text', '<a', { negated: false, test: { is: 'among', values: ['<a'] } }],
    ['enum', '!a,b', { negated: true, test: { is: 'among', values: ['a', 'b'] } }],
    ['integer', '1,2', { negated: false, test: { is: 'among', values: ['1', '2'] } }],
    [
      'integer',
      '>1<=5',
      {
        negated: false,
        test: { is: 'between', above: { value: '1', inclusive: false }, below: { value: '5', inclusive: true } },
      },
    ],
    ['moment', '1970-01-01T01:00:10+01:00', { negated: false, test: { is: 'among', values: ['10'] } }],
    ['flag', 'No', { negated: false, test: { is: 'flag', value: false } }],
  ] as const)('of %s that is %s is understood', (type, raw, condition) => {
    expect(read(type, raw)).toEqual({ column: 'f', ...condition });
  });

  it('that is negated twice looks for an exclamation mark', () => {
    expect(read('text', '!a', true)).toEqual({ column: 'f', negated: true, test: { is: 'among', values: ['!a'] } });
  });

  it('is read or refused with 400, whatever it holds', () => {
    const type = fc.constantFrom('text', 'enum', 'integer', 'moment', 'flag' as const);
    const raw = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[!<>=,\d:TZ+%-]*$/));
    fc.assert(
      fc.property(type, raw, fc.boolean(), (one, value, negated) => {
        expect(statusOf(() => read(one as 'text', value, negated))).toBeOneOf([undefined, 400]);
      }),
    );
  });
});

describe('a moment', () => {
  it.each([
    ['2021-04-13', 1_618_272_000],
    ['2021-04-13T04:19', 1_618_287_540],
    ['2021-04-13T04:19:49Z', 1_618_287_589],
    ['2021-04-13 04:19:49z', 1_618_287_589],
    ['2021-04-13T04:19:49-05:00', 1_618_305_589],
    ['2021-04-13T04:19:49-0500', 1_618_305_589],
    ['2021-04-13T04:19:49.25Z', 1_618_287_589.25],
    ['2024-02-29', 1_709_164_800],
  ])('%s is %d', (text, seconds) => {
    expect(readMoment(text)).toBe(seconds);
  });

  it.each([
    '',
    'now',
    '2021',
    '2021-13-01',
    '2021-02-29',
    '2021-04-31',
    '2021-04-13T24:61',
    '2021-04-13T04:19:49+99',
    '13/04/2021',
  ])('%s is none', (text) => {
    expect(readMoment(text)).toBeUndefined();
  });

  it('is shown to the second, and read back', () => {
    expect(showMoment(new Date('2021-04-13T04:19:49.999Z'))).toBe('2021-04-13T04:19:49Z');
    expect(readMoment(showMoment(new Date(5_000)))).toBe(5);
  });
});

describe('a cursor', () => {
  it('is base64 of where a row stands', () => {
    expect(JSON.parse(atob(writeCursor(3, ['a', 7])))).toEqual({ offset: 3, cursor: ['a', 7] });
    expect(readCursor(['text', 'number'], writeCursor(3, ['a', 7]))).toEqual(['a', 7]);
  });

  it.each([
    '',
    'x',
    btoa('null'),
    btoa('[]'),
    btoa('{"cursor":[1]}'),
    btoa('{"cursor":["a",1.5]}'),
    btoa('{"cursor":["a",null]}'),
  ])('is not %s', (text) => {
    expect(readCursor(['text', 'number'], text)).toBeUndefined();
  });
});

const collection: Collection<string> = {
  fields: ['id', 'name', 'size'],
  shown: ['id', 'name'],
  filters: { id: { type: 'integer', column: 'i' }, name: { type: 'text', column: 'n' } },
  sorts: ['id', 'name'],
  order: [{ column: 'name', descending: false }],
};

describe('a collection query', () => {
  const read = (query: string) => readCollectionQuery(collection, readRawQuery(`/?${query}`));

  it('sorts by what is asked for, each column once, and by the id at last', () => {
    expect(read('').request.sort).toEqual([
      { column: 'name', descending: false },
      { column: 'id', descending: false },
    ]);
    expect(read('sort=-id,name').request.sort).toEqual([
      { column: 'id', descending: true },
      { column: 'name', descending: false },
    ]);
    expect(read('sort=-name,name').request.sort).toEqual([
      { column: 'name', descending: true },
      { column: 'id', descending: false },
    ]);
  });

  it('has pages of twenty, and of a hundred at the most', () => {
    expect(read('').perPage).toBe(20);
    expect(read('per_page=101').request.slice).toEqual({ limit: 100, offset: 0 });
    expect(read('per_page=10&page=3').request.slice).toEqual({ limit: 10, offset: 20 });
  });

  it('takes what is empty as not said, where it is no filter', () => {
    expect(read('page=&sort=&fields=&search_after=')).toEqual(read(''));
  });
});

describe('the headers of a page', () => {
  const headersOf = (query: string, page: Parameters<typeof pageHeaders>[0]['page']) => {
    const pairs = readRawQuery(`/?${query}`);
    const { perPage, paging } = readCollectionQuery(collection, pairs);
    return pageHeaders({ address: 'https://x.example/v1/things', pairs, query: { perPage, paging }, page });
  };

  it('of an empty list have no links and no cursors', () => {
    expect(headersOf('', { rows: [], total: 0, offset: 0 })).toEqual({
      'X-Pagination-Per-Page': '20',
      'X-Pagination-Current-Page': '1',
      'X-Pagination-Total-Pages': '0',
      'X-Pagination-Total-Entries': '0',
    });
  });

  it('say when there are so many rows that it slows down', () => {
    const rows = [{ id: 1, place: ['a', 1] }];
    expect(headersOf('per_page=1', { rows, total: 100_001, offset: 0 })).toHaveProperty(
      'X-Pagination-Throttled',
      'true',
    );
    expect(headersOf('per_page=1', { rows, total: 100_000, offset: 0 })).not.toHaveProperty('X-Pagination-Throttled');
  });

  it('lead on in the way that the client has chosen', () => {
    const page = { rows: [{ id: 2, place: ['b', 2] }], total: 3, offset: 1 };
    expect(headersOf('per_page=1&page=2&fields=id,name', page)['Link']).toBe(
      '<https://x.example/v1/things?per_page=1&fields=id%2Cname&page=1>; rel="first", ' +
        '<https://x.example/v1/things?per_page=1&fields=id%2Cname&page=1>; rel="prev", ' +
        '<https://x.example/v1/things?per_page=1&fields=id%2Cname&page=3>; rel="next"',
    );
    const cursor = encodeURIComponent(btoa('{"offset":1,"cursor":["b",2]}'));
    const after = btoa('{"offset":0,"cursor":["a",1]}');
    expect(headersOf(`per_page=1&search_after=${after}`, page)['Link']).toBe(
      '<https://x.example/v1/things?per_page=1>; rel="first", ' +
        `<https://x.example/v1/things?per_page=1&search_before=${cursor}>; rel="prev", ` +
        `<https://x.example/v1/things?per_page=1&search_after=${cursor}>; rel="next"`,
    );
  });
});
