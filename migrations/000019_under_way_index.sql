-- Serves the count of an account's jobs that have their turn, and their ranks, however many wait for theirs. Building it locks
-- `jobs` against writes, about a second for a million rows. A release that does not know it uses it as well.

create index jobs_under_way_idx on jobs (account_id, seq) where state in ('queued', 'working') and dispatched_at is not null;
