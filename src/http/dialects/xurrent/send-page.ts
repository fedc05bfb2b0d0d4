import type { Request, Response } from 'express';
import type { ListPage } from '../../../db/list-page.ts';
import type { Deps } from '../../../deps.ts';
import { addressOf } from './addresses.ts';
import { readCollectionQuery, type Collection, type CollectionQuery } from './collection.ts';
import { pageHeaders } from './page-headers.ts';
import { readRawQuery } from './raw-query.ts';

type Presented = Record<string, unknown>;

export interface PageSource<Column, Row extends { id: number }> {
  collection: Collection<Column>;
  select: (request: CollectionQuery<Column>['request']) => Promise<ListPage>;
  load: (ids: number[]) => Promise<Row[]>;
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
 * Answers with a page of a collection: two statements, one for the page and one for what is on it.
 *
 * @throws AppError 400 for a query that cannot be understood.
 */
export const sendPage = async <Column, Row extends { id: number }>(
  deps: Pick<Deps, 'config'>,
  { req, res }: { req: Request; res: Response },
  { collection, select, load, present }: PageSource<Column, Row>,
): Promise<void> => {
  const pairs = readRawQuery(req.originalUrl);
  const query = readCollectionQuery(collection, pairs);
  const page = await select(query.request);
  const ids = page.rows.map(({ id }) => id);
  const rows = new Map((ids.length > 0 ? await load(ids) : []).map((row) => [row.id, row]));
  res.set(pageHeaders({ address: addressOf(deps, req), pairs, query, page }));
  // What was removed between the two statements is left out.
  const found = ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
  res.json(found.map((row) => selectFields(present(row), query.fields)));
};
