import type { Asked } from '../driver/ledger.ts';
import { violationsOf, type Check, type Evidence, type Violation } from './violation.ts';

/** One request, or one job, that came to more than one of what it should. */
export const doneTwice: Check = async (evidence) => [
  ...(await surplusVersions(evidence)),
  ...(await surplusApps(evidence)),
  ...(await publishedTwice(evidence)),
  ...(await resourcesTwice(evidence)),
  ...(await requestsTwice(evidence)),
  ...(await endedTwice(evidence)),
];

/** Each completed build names the version that it made; what no build names was made by an attempt that did not count. */
const surplusVersions = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ id: number; app: number }>(
    evidence,
    'done twice',
    `select id, app_id as app from app_versions v
     where not exists (select 1 from jobs j where j.kind = 'build' and j.state = 'completed' and j.version_id = v.id)`,
    ({ id, app }) => ({ what: `version ${id} of app ${app} was made by no build that completed` }),
  );

const surplusApps = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ id: number }>(
    evidence,
    'done twice',
    `select id from apps a
     where not exists (select 1 from jobs j where j.kind = 'build' and j.state = 'completed' and j.app_id = a.id)`,
    ({ id }) => ({ what: `app ${id} was made by no build that completed` }),
  );

/** Every package has a version number of its own. */
const publishedTwice = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ app: number; version: string; times: number }>(
    evidence,
    'done twice',
    `select subject_id as app, after ->> 'version' as version, count(*)::int as times from audit_entries
     where subject_type = 'app' and after ? 'version' group by 1, 2 having count(*) > 1`,
    ({ app, version, times }) => ({
      what: `version ${version} of app ${app} was published ${times} times (audit log)`,
    }),
  );

const resourcesTwice = (evidence: Evidence): Promise<Violation[]> =>
  violationsOf<{ installation: number; identifier: string; times: number }>(
    evidence,
    'done twice',
    `select installation_id as installation, type || ' ' || identifier as identifier, count(*)::int as times
     from resources group by 1, 2 having count(*) > 1`,
    ({ installation, identifier, times }) => ({
      what: `installation ${installation} has ${identifier} ${times} times`,
    }),
  );

const tables: Record<Asked['kind'], string> = {
  upload: 'select filename as mark from uploads',
  build: `select request ->> 'shortDescription' as mark from jobs where kind = 'build'`,
  install: 'select title as mark from installations',
};

/** However often a client sends a request with one `Idempotency-Key`, it is one request. */
const requestsTwice = async (evidence: Evidence): Promise<Violation[]> => {
  const asked = new Set(evidence.asked.map(({ mark }) => mark));
  const found: Violation[] = [];
  for (const [kind, rows] of Object.entries(tables)) {
    const { rows: twice } = await evidence.db.query<{ mark: string; times: number }>(
      `select mark, count(*)::int as times from (${rows}) r group by 1 having count(*) > 1`,
    );
    for (const { mark, times } of twice)
      if (asked.has(mark)) found.push({ kind: 'done twice', what: `${kind} ${mark} was carried out ${times} times` });
  }
  return found;
};

interface Ends {
  id: string;
  ends: number;
  reopened: number;
}

/** A job ends once, and once more for each other attempt that a person asked for. */
const endedTwice = async ({ db, asked }: Evidence): Promise<Violation[]> => {
  const retries = new Map(asked.map(({ jobId, retries: times }) => [jobId, times]));
  const { rows } = await db.query<Ends>(
    `select job_id as id, count(*) filter (where became in ('completed', 'failed', 'killed'))::int as ends,
       count(*) filter (where was in ('completed', 'failed', 'killed')
         and became not in ('completed', 'failed', 'killed'))::int as reopened
     from chaos.history group by 1`,
  );
  return rows
    .filter(({ id, ends, reopened }) => ends > reopened + 1 || reopened > (retries.get(id) ?? 0))
    .map(({ id, ends, reopened }) => ({
      kind: 'done twice',
      jobId: id,
      what: `job ${id} ended ${ends} times and was taken up again ${reopened} times`,
    }));
};
