import { readdirSync } from 'node:fs';
import path from 'node:path';
import { violationKinds, type Violation } from './checks/violation.ts';
import { linesWith } from './processes/log-file.ts';
import type { System } from './system.ts';

/** More of one kind are the same again. */
const MOST_OF_A_KIND = 10;
const MOST_LINES = 8;
const LINE_LENGTH = 600;

/** Prints what is needed to find the cause of each: what it is, the row, its history, and what processes logged of it. */
export const tellViolations = async ({ db, logDir }: System, violations: Violation[]): Promise<void> => {
  for (const kind of violationKinds) {
    const all = violations.filter((violation) => violation.kind === kind);
    if (all.length === 0) continue;
    console.log(`\n${kind}: ${all.length}`);
    for (const { what, jobId } of all.slice(0, MOST_OF_A_KIND)) {
      console.log(`- ${what}`);
      if (jobId !== undefined) await tellJob(db, logDir, jobId);
    }
    if (all.length > MOST_OF_A_KIND) console.log(`- and ${all.length - MOST_OF_A_KIND} more`);
  }
};

const tellJob = async (db: System['db'], logDir: string, jobId: string): Promise<void> => {
  const { rows } = await db.query<{ row: object }>('select to_jsonb(j) as row from jobs j where id = $1', [jobId]);
  console.log(`    row: ${rows[0] ? JSON.stringify(rows[0].row) : 'none'}`);
  const history = await db.query<{ at: Date; was: string | null; became: string | null; attempt: number }>(
    'select at, was, became, attempt from chaos.history where job_id = $1 order by seq',
    [jobId],
  );
  for (const { at, was, became, attempt } of history.rows)
    console.log(`    ${at.toISOString()} ${was ?? '-'} -> ${became ?? '-'}, attempt ${attempt}`);
  for (const name of readdirSync(logDir).filter((file) => /^(api|worker)-/.test(file)))
    for (const line of linesWith(path.join(logDir, name), jobId, MOST_LINES))
      console.log(`    ${name}: ${line.slice(0, LINE_LENGTH)}`);
};
