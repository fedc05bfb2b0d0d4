import type { Asked } from '../driver/ledger.ts';
import { isEnd } from '../driver/poll-job.ts';
import type { Check, Evidence, Violation } from './violation.ts';

/** Answers to polls that disagree with each other, with the row, or with the time at which the row changed. */
export const contradictions: Check = async (evidence) => {
  const rows = await rowsOf(evidence);
  return evidence.asked.flatMap((asked) => {
    if (asked.jobId === undefined) return [];
    const { jobId } = asked;
    const problem = compareWithRow(asked, rows.get(jobId));
    return [...asked.contradictions, ...(problem === undefined ? [] : [problem])].map((what): Violation => ({
      kind: 'contradicting polls',
      jobId,
      what: `job ${jobId} (${asked.mark}): ${what}`,
    }));
  });
};

interface Row {
  id: string;
  state: string;
  /** When it was first told of its end: before the commit, so a poll cannot know earlier. */
  endedAt: Date | null;
}

const rowsOf = async ({ db }: Evidence): Promise<Map<string, Row>> => {
  const { rows } = await db.query<Row>(
    `select j.id, j.state, (select max(at) from chaos.history h where h.job_id = j.id and h.became = j.state) as "endedAt"
     from jobs j`,
  );
  return new Map(rows.map((row) => [row.id, row]));
};

const compareWithRow = ({ seen }: Asked, row: Row | undefined): string | undefined => {
  if (!seen || !row) return undefined;
  if (seen.state !== row.state) return `the last poll said ${seen.state}, the row says ${row.state}`;
  if (isEnd(seen.state) && row.endedAt !== null && seen.at < row.endedAt.getTime() - CLOCK_MS)
    return `a poll said ${seen.state} at ${new Date(seen.at).toISOString()}, the row ended at ${row.endedAt.toISOString()}`;
  return undefined;
};

/** Both clocks are of this machine; they are read in different precision. */
const CLOCK_MS = 5;
