import { MAX_ATTEMPTS } from '../../src/domain/job.ts';
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
  /** When each attempt began, and the job ended, in milliseconds since 1970. */
  times: number[];
}

/** By mark where the answer was lost, and for installs that a new version brings to all installations of its app. */
const ends = async ({ db, asked, workerFaults }: Evidence): Promise<Violation[]> => {
  const { rows } = await db.query<Row>(
    `select j.id, j.state, j.message, j.attempt as attempts, coalesce(j.request ->> 'shortDescription', i.title) as mark,
       array(select extract(epoch from at)::float8 * 1000 from chaos.history h
         where h.job_id = j.id and (h.became = 'working' or h.became = j.state) order by h.seq) as times
     from jobs j left join installations i on i.id = j.installation_id where j.state in ('completed', 'failed', 'killed')`,
  );
  const byJob = new Map(asked.map((entry) => [entry.jobId, entry]));
  const byMark = new Map(asked.map((entry) => [entry.mark, entry]));
  return rows.flatMap((row) => {
    const entry = byJob.get(row.id) ?? byMark.get(row.mark ?? '');
    return entry && !isExpected(entry, row) && !isGivenUp(row, workerFaults) ? [describe(row, entry)] : [];
  });
};

const isExpected = ({ expected, cancelled }: Asked, { state }: Row): boolean =>
  state === expected || (state === 'killed' && cancelled);

/** The promise allows for it: during as many attempts as a job has something befell the workers. */
const isGivenUp = ({ state, message, times }: Row, workerFaults: readonly number[]): boolean => {
  if (state !== 'failed' || !message.startsWith(`No worker finished it in ${MAX_ATTEMPTS} attempts`)) return false;
  const befallen = times.slice(1).filter((to, index) => workerFaults.some((at) => at >= times[index]! && at <= to));
  return befallen.length >= MAX_ATTEMPTS;
};

const describe = ({ id, state, message, attempts, mark }: Row, { expected }: Asked): Violation => ({
  kind: 'unexpected ends',
  jobId: id,
  what: `job ${id} (${mark}) is ${state} after ${attempts} attempts and not ${expected}: ${message}`,
});
