import { isIP } from 'node:net';
import { z } from 'zod';
import { auditActions } from '../../../domain/audit.ts';
import { subjectTypes, type SourceType } from './audit-words.ts';

const LARGEST_PAGE = 100;

const wholeNumber = z
  .string({ error: 'must be given once' })
  .regex(/^[1-9]\d{0,14}$/, { error: 'must be a positive whole number' })
  .transform(Number);

const time = z
  .string()
  .refine((text) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)), {
    error: 'must be a time like 2026-01-31T12:00:00Z',
  })
  .transform((text) => new Date(text));

const cursor = z.string({ error: 'must be given once' }).max(64, { error: 'is no cursor' });

const known = {
  'page[size]': wholeNumber
    .refine((size) => size <= LARGEST_PAGE, { error: `must be ${LARGEST_PAGE} at the most` })
    .default(LARGEST_PAGE),
  'page[after]': cursor.optional(),
  'page[before]': cursor.optional(),
  'filter[action]': z.enum(auditActions, { error: `must be one of ${auditActions.join(', ')}` }).optional(),
  'filter[actor_id]': wholeNumber.optional(),
  'filter[ip_address]': z
    .string({ error: 'must be given once' })
    .refine((text) => isIP(text) > 0, { error: 'must be an IP address' })
    .optional(),
  'filter[source_type]': z
    .enum(Object.keys(subjectTypes) as SourceType[], {
      error: `must be one of ${Object.keys(subjectTypes).join(', ')}`,
    })
    .optional(),
  'filter[source_id]': wholeNumber.optional(),
  'filter[created_at]': z
    .tuple([time, time], { error: 'must be given twice: from and to' })
    .refine(([from, to]) => from <= to, { error: 'must begin before it ends' })
    .optional(),
  sort: z
    .enum(['created_at', '-created_at'], { error: 'must be created_at or -created_at (newest first)' })
    .default('-created_at'),
};

/**
 * The query of the audit log, with the vendor's names; Express leaves the brackets in them. A filter that nobody knows is
 * refused: an answer that looks filtered and is not would mislead.
 */
export const auditQuery = z
  .record(z.string(), z.unknown())
  .superRefine((query, context) => {
    for (const name of Object.keys(query))
      if (/^(filter|page)\[?/.test(name) && !Object.hasOwn(known, name))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `is not known; there are ${Object.keys(known).join(', ')}`,
        });
  })
  .pipe(z.object(known))
  .refine((query) => query['page[after]'] === undefined || query['page[before]'] === undefined, {
    path: ['page[before]'],
    error: 'cannot be given together with page[after]',
  })
  .transform((query) => {
    const source = query['filter[source_type]'];
    const [from, to] = query['filter[created_at]'] ?? [];
    return {
      page: { size: query['page[size]'], after: query['page[after]'], before: query['page[before]'] },
      sort: query.sort,
      filter: {
        action: query['filter[action]'],
        actorId: query['filter[actor_id]'],
        ip: query['filter[ip_address]'],
        subjectType: source && subjectTypes[source],
        subjectId: query['filter[source_id]'],
        from,
        to,
      },
    };
  });
