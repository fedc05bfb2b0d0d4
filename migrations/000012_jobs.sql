-- Turns, heartbeats and steps of jobs. Columns are added empty or with a constant default, without a rewrite: whoever uses
-- `jobs` or `resources` waits for a moment, once. A release that does not know the columns enqueues all jobs at once and shows
-- no steps; what it has queued gets its turn from the new one within 15 s.

alter table jobs
  -- Since when it stands in the queue, or should. Null: others of its account, or of its app, come first.
  add column dispatched_at timestamptz,
  -- When the worker that has it was heard of last: once a second while it works.
  add column heartbeat_at  timestamptz,
  -- What was done, and when: [{"attempt", "step", "started_at", "ended_at"}].
  add column steps         jsonb not null default '[]',
  -- How often a person asked for it again, and when the last time.
  add column retries       integer not null default 0,
  add column retried_at    timestamptz;

-- Which install job provisioned it, and undoes it when it is cancelled. Null: one of the release before.
alter table resources add column job_id text;
