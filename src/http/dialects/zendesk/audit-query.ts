import { isIP } from 'node:net';
import { z } from 'zod';
import { auditActions } from '../../../domain/audit.ts';
import { subjectTypes, type SourceType } from './audit-words.ts';
import { cursorQuery, readPage, refuseUnknownFilters, wholeNumber } from './page-query.ts';

const time = z
  .string()
  .refine((text) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)), {
    error: 'must be a time like 2026-01-31T12:00:00Z',
  })
  .transform((text) => new Date(text));

const known = {
  ...cursorQuery,
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

/** The query of the audit log, with the vendor's names. */
export const auditQuery = refuseUnknownFilters(known)
  .pipe(z.object(known))
  .transform((query) => {
    const source = query['filter[source_type]'];
    const [from, to] = query['filter[created_at]'] ?? [];
    return {
      page: readPage(query),
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
