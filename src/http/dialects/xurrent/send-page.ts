import type { Request, Response } from 'express';
import { readInChunks, type Placed } from '../../../db/chunks.ts';
import type { ListPage } from '../../../db/list-page.ts';
import type { Deps } from '../../../deps.ts';
import { mapChunks, sendList } from '../../send-list.ts';
import { addressOf } from './addresses.ts';
import { readCollectionQuery, type Collection, type CollectionQuery } from './collection.ts';
import { pageHeaders } from './page-headers.ts';
import { readRawQuery } from './raw-query.ts';

type Presented = Record<string, unknown>;

export interface PageSource<Column, Row extends { id: number }> {
  collection: Collection<Column>;
  select: (request: CollectionQuery<Column>['request']) => Promise<ListPage>;
  /** Reads the first chunk of these rows. @param fields that are shown. */
  load: (ids: readonly number[], fields: readonly string[]) => Promise<Placed<Row>[]>;
  present: (row: Row) => Presented;
}

/** Only what was chosen; the id always, and what is unusual: that it is disabled, that it is of another account. */
const selectFields = (whole: Presented, fields: readonly string[]): Presented =>
  Object.fromEntries(
    Object.entries(whole).filter(
      ([name, value]) =>
        name === 'id' || name === 'account' || fields.includes(name) || (name === 'disabled' && value === true),
    ),
  );

/**
 * Answers with a page of a collection: a statement for the page, and one for each chunk of what is on it. What was removed
 * between two statements is left out.
 *
 * @throws AppError 400 for a query that cannot be understood.
 */
export const sendPage = async <Column, Row extends { id: number }>(
  deps: Pick<Deps, 'config' | 'log'>,
  { req, res }: { req: Request; res: Response },
  { collection, select, load, present }: PageSource<Column, Row>,
): Promise<void> => {
  const pairs = readRawQuery(req.originalUrl);
  const query = readCollectionQuery(collection, pairs);
  const page = await select(query.request);
  const ids = page.rows.map(({ id }) => id);
  const chunks = readInChunks(ids, (some) => load(some, query.fields));
  const items = mapChunks(chunks, (rows) => rows.map((row) => selectFields(present(row), query.fields)));
  res.set(pageHeaders({ address: addressOf(deps, req), pairs, query, page }));
  await sendList(deps, { req, res }, { head: '[', tail: () => ']' }, items);
};
