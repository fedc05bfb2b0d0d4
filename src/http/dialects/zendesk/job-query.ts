import { z } from 'zod';
import { jobKinds, jobStates } from '../../../domain/job.ts';
import { cursorQuery, readPage, refuseUnknownFilters, wholeNumber } from './page-query.ts';

const states = z
  .string({ error: 'must be given once' })
  .transform((text) => text.split(',').map((word) => word.trim()))
  .pipe(z.array(z.enum(jobStates, { error: `must be one or more of ${jobStates.join(', ')}, with commas between` })));

const known = {
  ...cursorQuery,
  'filter[status]': states.optional(),
  'filter[kind]': z.enum(jobKinds, { error: `must be one of ${jobKinds.join(', ')}` }).optional(),
  'filter[app_id]': wholeNumber.optional(),
};

/** The query of the list of jobs. It is ours; its words are those that the vendor's other lists have. */
export const jobQuery = refuseUnknownFilters(known)
  .pipe(z.object(known))
  .transform((query) => ({
    page: readPage(query),
    filter: { states: query['filter[status]'], kind: query['filter[kind]'], appId: query['filter[app_id]'] },
  }));
