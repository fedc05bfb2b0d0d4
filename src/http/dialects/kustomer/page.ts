import type { Request, Response } from 'express';
import { z } from 'zod';
import type { PageReader } from '../../../db/chunks.ts';
import type { Deps } from '../../../deps.ts';
import { parse } from '../../parse.ts';
import { mapChunks, sendList } from '../../send-list.ts';

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

/** Sends a page of a list: the vendor's envelope with a relative address of the next page, or null at the end. */
export const sendPage = <Row extends { id: number }>(
  deps: Pick<Deps, 'log'>,
  { req, res, path }: { req: Request; res: Response; path: string },
  { size, after }: Page,
  { chunks, lastOfMore, present }: PageReader<Row> & { present: (row: Row) => unknown },
): Promise<void> => {
  const link = (from: number): string => `${path}?page[size]=${size}${from > 0 ? `&page[after]=${from}` : ''}`;
  const tail = (): string => {
    const last = lastOfMore();
    const links = { self: link(after), next: last ? link(last.id) : null };
    return `],"meta":${JSON.stringify({ pageSize: size })},"links":${JSON.stringify(links)}}`;
  };
  const items = mapChunks(chunks, (rows) => rows.map(present));
  return sendList(deps, { req, res }, { head: '{"data":[', tail }, items);
};
