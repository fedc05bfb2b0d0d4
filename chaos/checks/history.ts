import type { Pool } from 'pg';

/**
 * Writes down every change of a job's state and each of its attempts, in the transaction that makes it: what the row itself
 * cannot tell once it has changed again. Independent of the system's own records.
 */
export const recordHistory = async (db: Pool): Promise<void> => {
  await db.query(`
    create schema chaos;
    create table chaos.history (
      seq bigint generated always as identity primary key,
      job_id text not null,
      at timestamptz not null default clock_timestamp(),
      was text,
      became text,
      attempt integer
    );
    create index on chaos.history (job_id, seq);
    create function chaos.record() returns trigger language plpgsql as $$
    begin
      insert into chaos.history (job_id, was, became, attempt) values (
        coalesce(new.id, old.id),
        case when tg_op <> 'INSERT' then old.state end,
        case when tg_op <> 'DELETE' then new.state end,
        coalesce(new.attempt, old.attempt));
      return null;
    end $$;
    create trigger chaos_changed after update on public.jobs for each row
      when (old.state is distinct from new.state or old.attempt is distinct from new.attempt
        or old.finished_at is distinct from new.finished_at)
      execute function chaos.record();
    create trigger chaos_made after insert or delete on public.jobs for each row execute function chaos.record();
  `);
};
