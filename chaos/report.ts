import type { Pool } from 'pg';
import { printTable } from '../bench/support/table.ts';
import { violationKinds, type Violation } from './checks/violation.ts';
import type { Outcome } from './run.ts';

interface JobFigures {
  completed: number;
  failed: number;
  givenUp: number;
  killed: number;
  unfinished: number;
  longest: number;
  median: number;
}

/** Prints what a run came to, in figures: violations are told apart from this, one by one. */
export const printReport = async (outcome: Outcome): Promise<void> => {
  const jobs = await readFigures(outcome.system.db);
  const { faults, tally, tookMs } = outcome;
  printTable({
    title: 'What became of what was asked for',
    head: ['', 'count'],
    rows: [
      ...acceptedRows(outcome),
      ['jobs completed', String(jobs.completed)],
      ['jobs failed', String(jobs.failed)],
      ['of these given up, no worker having lived long enough', String(jobs.givenUp)],
      ['jobs killed', String(jobs.killed)],
      ...violationKinds.map((kind) => [kind, countOf(outcome.violations, kind)]),
    ],
    notes: [
      `Longest time unfinished ${jobs.longest.toFixed(1)} s, median ${jobs.median.toFixed(2)} s.`,
      `Progress fell ${tally.excusedFalls} times because the queue was away or had forgotten it: not counted above.`,
      `Faults for ${seconds(tookMs.faults)} s; at rest ${seconds(tookMs.rest)} s after the last one.`,
    ],
  });
  printCounts('Faults', countsOf(faults.map(({ kind }) => kind)));
  printCounts('Answers 5xx, by cause', tally.serverErrors);
  printCounts('Connections that broke or were refused', tally.connectionErrors);
  printCounts('Processes that ended by themselves', unaskedEnds(outcome));
};

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

const countOf = (violations: Violation[], kind: Violation['kind']): string =>
  String(violations.filter((violation) => violation.kind === kind).length);

const acceptedRows = ({ ledger: { asked } }: Outcome): string[][] =>
  (['upload', 'build', 'install'] as const).map((kind) => {
    const ofKind = asked.filter((entry) => entry.kind === kind);
    const accepted = ofKind.filter(({ state }) => state === 'accepted').length;
    const unanswered = ofKind.filter(({ state }) => state === 'unanswered').length;
    return [`${kind}s accepted${unanswered > 0 ? ` (and ${unanswered} whose answer was lost)` : ''}`, String(accepted)];
  });

const readFigures = async (db: Pool): Promise<JobFigures> => {
  const { rows } = await db.query<JobFigures>(
    `select count(*) filter (where state = 'completed')::int as completed,
       count(*) filter (where state = 'failed')::int as failed,
       count(*) filter (where state = 'failed' and message like 'No worker finished it%')::int as "givenUp", count(*) filter (where state = 'killed')::int as killed,
       count(*) filter (where state in ('queued', 'working'))::int as unfinished,
       coalesce(max(extract(epoch from coalesce(finished_at, now()) - created_at)), 0)::float as longest,
       coalesce(percentile_cont(0.5) within group (order by extract(epoch from finished_at - created_at)), 0)::float as median
     from jobs`,
  );
  return rows[0]!;
};

const printCounts = (title: string, counts: ReadonlyMap<string, number>): void => {
  if (counts.size === 0) return console.log(`\n${title}: none`);
  const rows = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => [what, String(count)]);
  printTable({ title, head: ['', 'count'], rows, notes: [] });
};

const unaskedEnds = ({ system: { apis, workers } }: Outcome): Map<string, number> => {
  const ends = [...apis, ...workers].flatMap((program) => program.unasked());
  return countsOf(
    ends.map(
      ({ name, how, crashed }) => `${name.replace(/-\d+$/, '')}: ${how}, ${crashed ? 'while it ran' : 'at its start'}`,
    ),
  );
};

const countsOf = (words: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};
