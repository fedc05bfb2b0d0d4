import type { ListPage } from '../../../db/list-page.ts';
import { withoutPlace, type CollectionQuery } from './collection.ts';
import { writeCursor } from './cursor.ts';
import { writeRawQuery, type RawPair } from './raw-query.ts';

export interface PageOf {
  /** Absolute, without the query. */
  address: string;
  pairs: readonly RawPair[];
  query: Pick<CollectionQuery<unknown>, 'perPage' | 'paging'>;
  page: ListPage;
}

/** Past that many the vendor says that it slows down. */
const THROTTLED_FROM = 100_000;

const cursorsOf = ({ rows, offset }: ListPage): { start?: string; end?: string } => {
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    ...(first && { start: writeCursor(offset, first.place) }),
    ...(last && { end: writeCursor(offset + rows.length - 1, last.place) }),
  };
};

const linksOf = ({ address, pairs, query: { paging }, page }: PageOf): string => {
  const { start, end } = cursorsOf(page);
  const kept = withoutPlace(pairs);
  const url = (name?: string, value?: string | number): string => {
    const place = name === undefined ? [] : [{ name, negated: false, raw: encodeURIComponent(String(value)) }];
    const query = writeRawQuery([...kept, ...place]);
    return `${address}${query === '' ? '' : `?${query}`}`;
  };
  const links: [rel: string, url: string][] = [];
  const byPage = paging.by === 'page';
  const isFirst = byPage ? paging.page === 1 : page.offset === 0;
  if (!isFirst) {
    links.push(['first', byPage ? url('page', 1) : url()]);
    links.push(['prev', byPage ? url('page', paging.page - 1) : url('search_before', start ?? paging.given)]);
  }
  if (page.offset + page.rows.length < page.total && end !== undefined)
    links.push(['next', byPage ? url('page', paging.page + 1) : url('search_after', end)]);
  return links.map(([rel, to]) => `<${to}>; rel="${rel}"`).join(', ');
};

/**
 * The headers of a page. One client splits `Link` at commas and semicolons, another one reads up to the quote after
 * `rel="`: addresses have neither, and nothing comes after the quote.
 */
export const pageHeaders = (of: PageOf): Record<string, string> => {
  const { page, query } = of;
  const { start, end } = cursorsOf(page);
  const link = linksOf(of);
  return {
    'X-Pagination-Per-Page': String(query.perPage),
    'X-Pagination-Current-Page': String(Math.floor(page.offset / query.perPage) + 1),
    'X-Pagination-Total-Pages': String(Math.ceil(page.total / query.perPage)),
    'X-Pagination-Total-Entries': String(page.total),
    ...(start !== undefined && { 'X-Pagination-Start-Cursor': start }),
    ...(end !== undefined && { 'X-Pagination-End-Cursor': end }),
    ...(page.total > THROTTLED_FROM && { 'X-Pagination-Throttled': 'true' }),
    ...(link !== '' && { Link: link }),
  };
};
