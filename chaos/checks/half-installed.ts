import { violationsOf, type Check, type Evidence, type Violation } from './violation.ts';

/** Installations that are neither there nor not there. */
export const halfInstalled: Check = async (evidence) => [
  ...(await lacking(evidence)),
  ...(await pendingForEver(evidence)),
  ...(await leftOver(evidence)),
];

const lacking = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ id: number; job: string; missing: string }>(
    evidence,
    'half-installed',
    `select i.id, i.job_id as job, string_agg(r.type || ' ' || r.identifier, ', ') as missing
     from installations i join requirements r on r.version_id = i.version_id
     where i.state = 'installed' and not exists (
       select 1 from resources s where s.installation_id = i.id and s.type = r.type and s.identifier = r.identifier)
     group by 1, 2`,
    ({ id, job, missing }) => ({ jobId: job, what: `installation ${id} is installed without ${missing}` }),
  );

const pendingForEver = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ id: number; job: string; state: string | null }>(
    evidence,
    'half-installed',
    `select i.id, i.job_id as job, j.state from installations i left join jobs j on j.id = i.job_id
     where i.state = 'pending' and (j.id is null or j.state in ('completed', 'failed', 'killed'))`,
    ({ id, job, state }) => ({
      jobId: job,
      what: `installation ${id} is pending, and its job is ${state ?? 'not there'}`,
    }),
  );

/** What an install had made goes again when a person stops it. */
const leftOver = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ id: number; job: string; state: string; left: string }>(
    evidence,
    'half-installed',
    // By the job that made it, once resources name theirs; until then by the installation's state.
    `select i.id, j.id as job, i.state, string_agg(s.type || ' ' || s.identifier, ', ') as left
     from installations i join resources s on s.installation_id = i.id
     join jobs j on j.id = coalesce(to_jsonb(s) ->> 'job_id', case when i.state <> 'installed' then i.job_id end)
     where j.state = 'killed' group by 1, 2, 3`,
    ({ id, job, state, left }) => ({ jobId: job, what: `installation ${id} is ${state} and still has ${left}` }),
  );
