import type { Asked } from '../driver/ledger.ts';
import type { Check, Evidence, Violation } from './violation.ts';

/** Good packages that failed, bad ones that did not, jobs that nobody cancelled, and requests that were refused. */
export const unexpected: Check = async (evidence) => [
  ...(await ends(evidence)),
  ...evidence.asked
    .filter(({ state }) => state === 'refused')
    .map(({ mark, refusal }): Violation => ({ kind: 'unexpected ends', what: `${mark} was refused: ${refusal}` })),
];

interface Row {
  id: string;
  state: string;
  message: string;
  attempts: number;
  mark: string | null;
}

/** By mark where the answer was lost, and for installs that a new version brings to all installations of its app. */
const ends = async ({ db, asked }: Evidence): Promise<Violation[]> => {
  const { rows } = await db.query<Row>(
    `select j.id, j.state, j.message, j.attempt as attempts, coalesce(j.request ->> 'shortDescription', i.title) as mark
     from jobs j left join installations i on i.id = j.installation_id where j.state in ('completed', 'failed', 'killed')`,
  );
  const byJob = new Map(asked.map((entry) => [entry.jobId, entry]));
  const byMark = new Map(asked.map((entry) => [entry.mark, entry]));
  return rows.flatMap((row) => {
    const entry = byJob.get(row.id) ?? byMark.get(row.mark ?? '');
    return entry && !isExpected(entry, row) ? [describe(row, entry)] : [];
  });
};

const isExpected = ({ expected, cancelled }: Asked, { state }: Row): boolean =>
  state === expected || (state === 'killed' && cancelled);

const describe = ({ id, state, message, attempts, mark }: Row, { expected }: Asked): Violation => ({
  kind: 'unexpected ends',
  jobId: id,
  what: `job ${id} (${mark}) is ${state} after ${attempts} attempts and not ${expected}: ${message}`,
});
