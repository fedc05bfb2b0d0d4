import type { Request } from 'express';
import { z } from 'zod';
import { parse } from '../../parse.ts';

const MOST = 100;
const DEFAULT = 50;

const whole = (max: number) =>
  z
    .string({ error: 'must be given once' })
    .regex(/^\d{1,15}$/, { error: 'must be a whole number' })
    .transform(Number)
    .refine((n) => n <= max, { error: `must be ${max} at the most` });

const query = z.object({
  'page[size]': whole(MOST)
    .refine((n) => n > 0, { error: 'must be 1 at least' })
    .default(DEFAULT),
  'page[after]': whole(Number.MAX_SAFE_INTEGER).default(0),
});

export interface Page {
  size: number;
  after: number;
}

/** @throws InvalidRequestError */
export const pageOf = (req: Request): Page => {
  const { 'page[size]': size, 'page[after]': after } = parse(query, req.query);
  return { size, after };
};

interface Links {
  self: string;
  /** Relative; null: there is nothing behind this page. */
  next: string | null;
}

export interface List<Item> {
  data: Item[];
  meta: { pageSize: number };
  links: Links;
}

/** @param rows of the page; whether there are more. */
export const presentPage = <Row extends { id: number }, Item>(
  path: string,
  { size, after }: Page,
  { rows, hasMore }: { rows: readonly Row[]; hasMore: boolean },
  present: (row: Row) => Item,
): List<Item> => {
  const link = (from: number): string => `${path}?page[size]=${size}${from > 0 ? `&page[after]=${from}` : ''}`;
  return {
    data: rows.map(present),
    meta: { pageSize: size },
    links: { self: link(after), next: hasMore ? link(rows.at(-1)!.id) : null },
  };
};
