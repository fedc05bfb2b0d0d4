import { z } from 'zod';
import { jobKinds, jobStates, type JobState } from '../../../domain/job.ts';
import { cursorQuery, readPage, refuseUnknownFilters, wholeNumber } from './page-query.ts';

const wordsIn = (text: string): string[] => text.split(',').map((word) => word.trim());
const isState = (word: string): word is JobState => (jobStates as readonly string[]).includes(word);

const states = z
  .string({ error: 'must be given once' })
  .refine((text) => wordsIn(text).every(isState), {
    error: `must be one or more of ${jobStates.join(', ')}, with commas between`,
  })
  .transform((text) => wordsIn(text).filter(isState));

const known = {
  ...cursorQuery,
  'filter[status]': states.optional(),
  'filter[kind]': z.enum(jobKinds, { error: `must be one of ${jobKinds.join(', ')}` }).optional(),
  'filter[app_id]': wholeNumber.optional(),
};

/** The query of the list of jobs. It is ours; its words are those that the vendor's other lists have. */
export const jobQuery = refuseUnknownFilters(known, ['status', 'state', 'kind', 'app_id'])
  .pipe(z.object(known))
  .transform((query) => ({
    page: readPage(query),
    filter: { states: query['filter[status]'], kind: query['filter[kind]'], appId: query['filter[app_id]'] },
  }));
