import { invalidField } from '../../../errors.ts';
import type { ListFrame } from '../../send-list.ts';

/** As asked for with `page[size]`, `page[after]` and `page[before]`. */
export interface AskedPage {
  size: number;
  after: string | undefined;
  before: string | undefined;
}

/** Where a page begins. */
export interface Cursor {
  /** The entry it lies beyond; undefined: it is the first page. */
  id: number | undefined;
  /** Towards the beginning of the list. */
  backwards: boolean;
}

interface PageMeta {
  /** In the direction of reading. */
  hasMore: boolean;
  first: number | undefined;
  last: number | undefined;
  hasNext: boolean;
  hasPrevious: boolean;
}

const encode = (id: number): string => Buffer.from(String(id)).toString('base64url');

const decode = (name: string, cursor: string): number => {
  const id = Number(Buffer.from(cursor, 'base64url').toString());
  if (Number.isSafeInteger(id) && id > 0 && encode(id) === cursor) return id;
  throw invalidField(name, 'is no cursor; take one from the meta of an answer');
};

/** @throws InvalidRequestError for what is no cursor of ours. */
export const readCursor = ({ after, before }: AskedPage): Cursor => {
  if (before !== undefined) return { id: decode('page[before]', before), backwards: true };
  return { id: after === undefined ? undefined : decode('page[after]', after), backwards: false };
};

/** @param found one more than the page holds, if there is one, in the direction of reading. */
export const pageOf = <T extends { id: number }>(
  found: readonly T[],
  size: number,
  { id, backwards }: Cursor,
): { items: T[]; meta: PageMeta } => {
  const hasMore = found.length > size;
  const items = found.slice(0, size);
  if (backwards) items.reverse();
  return {
    items,
    meta: {
      hasMore,
      first: items[0]?.id,
      last: items.at(-1)?.id,
      hasNext: backwards || hasMore,
      hasPrevious: backwards ? hasMore : id !== undefined,
    },
  };
};

/** The vendor's two ways to go on: cursors, and whole addresses with the rest of the query kept. */
export const presentPage = (url: string, query: Record<string, unknown>, meta: PageMeta) => {
  const rest = Object.entries(query).filter(([name]) => name !== 'page[after]' && name !== 'page[before]');
  const link = (name: string, id: number | undefined): string | null => {
    if (id === undefined) return null;
    const params = new URLSearchParams(
      rest.flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((one) => [key, String(one)])),
    );
    params.set(name, encode(id));
    return `${url}?${params}`;
  };
  return {
    meta: {
      has_more: meta.hasMore,
      after_cursor: meta.last === undefined ? null : encode(meta.last),
      before_cursor: meta.first === undefined ? null : encode(meta.first),
    },
    links: {
      next: meta.hasNext ? link('page[after]', meta.last) : null,
      prev: meta.hasPrevious ? link('page[before]', meta.first) : null,
    },
  };
};

/** A page as a document: its items under `name`, then what {@link presentPage} says. */
export const pageFrame = (name: string, page: ReturnType<typeof presentPage>): ListFrame => ({
  head: `{"${name}":[`,
  tail: () => `],${JSON.stringify(page).slice(1)}`,
});
