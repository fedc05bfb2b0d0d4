import { z } from 'zod';
import { countClients, listClients, type ConfidentialClient } from '../../../db/oauth-clients.ts';
import type { Deps } from '../../../deps.ts';
import { invalidField } from '../../../errors.ts';
import { parse } from '../../parse.ts';
import { pageOf, presentPage, readCursor } from './cursor-page.ts';
import { cursorQuery, readPage, refuseUnknownFilters, wholeNumber } from './page-query.ts';

const LARGEST_PAGE = 100;

const known = {
  ...cursorQuery,
  page: wholeNumber.optional(),
  per_page: wholeNumber.refine((size) => size <= LARGEST_PAGE, { error: `must be at most ${LARGEST_PAGE}` }).optional(),
};
const clientQuery = refuseUnknownFilters(known).pipe(z.object(known));

interface Address {
  /** Of the list, without its query. */
  url: string;
  query: Record<string, unknown>;
}

interface ClientPage extends Record<string, unknown> {
  clients: ConfidentialClient[];
}

/**
 * Lists a page of the account's clients, newest first: by cursors where the query has `page[…]`, else by number, as the
 * vendor does. A page has at most 100 clients.
 *
 * @throws InvalidRequestError
 */
export const listClientPage = (
  { db }: Pick<Deps, 'db'>,
  accountId: number,
  { url, query }: Address,
): Promise<ClientPage> => {
  const asked = parse(clientQuery, query);
  const byNumber = asked.page !== undefined || asked.per_page !== undefined;
  const byCursor = Object.keys(query).some((name) => name.startsWith('page['));
  if (byNumber && byCursor)
    throw invalidField(asked.page === undefined ? 'per_page' : 'page', 'cannot be combined with page[…]');
  return byCursor ? pageByCursor({ db }, accountId, { url, query }) : pageByNumber({ db }, accountId, { url, query });
};

const pageByCursor = async (
  { db }: Pick<Deps, 'db'>,
  accountId: number,
  { url, query }: Address,
): Promise<ClientPage> => {
  const page = readPage(parse(clientQuery, query));
  const cursor = readCursor(page);
  const asked = { beyond: cursor.id, newestFirst: !cursor.backwards, limit: page.size + 1 };
  const { items, meta } = pageOf(await listClients(db, accountId, asked), page.size, cursor);
  return { clients: items, ...presentPage(url, query, meta) };
};

const pageByNumber = async (
  { db }: Pick<Deps, 'db'>,
  accountId: number,
  { url, query }: Address,
): Promise<ClientPage> => {
  const { page = 1, per_page: size = LARGEST_PAGE } = parse(clientQuery, query);
  const clients = await listClients(db, accountId, { limit: size, offset: (page - 1) * size });
  const count = await countClients(db, accountId);
  const link = (number: number): string => `${url}?${new URLSearchParams({ page: `${number}`, per_page: `${size}` })}`;
  return {
    clients,
    count,
    next_page: page * size < count ? link(page + 1) : null,
    previous_page: page > 1 ? link(page - 1) : null,
  };
};
