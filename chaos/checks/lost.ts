import { violationsOf, type Check, type Evidence, type Violation } from './violation.ts';

/** Accepted, and nothing came of it: a row that has not ended, ended too late, or is not there. */
export const lost: Check = async (evidence) => [
  ...(await unfinished(evidence)),
  ...(await late(evidence)),
  ...(await withoutRow(evidence)),
];

const unfinished = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ id: string; kind: string; state: string }>(
    evidence,
    'lost',
    `select id, kind, state from jobs where state not in ('completed', 'failed', 'killed') order by seq`,
    ({ id, kind, state }) => ({ jobId: id, what: `${kind} ${id} is still ${state}` }),
  );

const late = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ id: string; kind: string; seconds: number }>(
    evidence,
    'lost',
    `select id, kind, round(extract(epoch from finished_at - created_at))::int as seconds from jobs
     where finished_at > created_at + make_interval(secs => ${evidence.boundMs / 1_000})`,
    ({ id, kind, seconds }) => ({ jobId: id, what: `${kind} ${id} ended after ${seconds} s` }),
  );

/** One whose build has completed is not needed any more, and may be collected. */
const uploadsThatAreKept = `(select id from uploads union select upload_id from jobs where state = 'completed') u`;

/** Of what was accepted everything stays, but the installation of an install that a person stopped. */
const withoutRow = async ({ db, asked }: Evidence): Promise<Violation[]> => {
  const idsOf = async (table: string): Promise<Set<unknown>> => {
    const { rows } = await db.query<{ id: unknown }>(`select id from ${table}`);
    return new Set(rows.map(({ id }) => id));
  };
  const jobs = await idsOf('jobs');
  const uploads = await idsOf(uploadsThatAreKept);
  const installations = await idsOf('installations');
  return asked
    .filter(({ state }) => state === 'accepted')
    .flatMap(({ kind, mark, jobId, rowId, cancelled }): Violation[] => {
      const missing = (what: string): Violation => ({
        kind: 'lost',
        what: `${mark} was accepted, but there is no ${what}`,
        ...(jobId !== undefined && { jobId }),
      });
      if (jobId !== undefined && !jobs.has(jobId)) return [missing(`job ${jobId}`)];
      if (kind === 'upload' && !uploads.has(rowId)) return [missing(`upload ${rowId}`)];
      if (kind === 'install' && !cancelled && !installations.has(rowId)) return [missing(`installation ${rowId}`)];
      return [];
    });
};
