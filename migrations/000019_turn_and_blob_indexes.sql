-- For long lines of jobs and of blobs. Building these locks `jobs` and `blobs` against writes, about a second for a million
-- rows: jobs and uploads wait so long. A release that does not know them uses them as well.

-- Serves the count of an account's jobs that have their turn, and their ranks, however many wait for theirs.
create index jobs_under_way_idx on jobs (account_id, seq) where state in ('queued', 'working') and dispatched_at is not null;

-- Serves the collector's second phase, in its order: sorted for each batch, 200,000 doomed blobs took 100 ms of each.
create index blobs_removal_idx on blobs (deleting_at nulls first, doomed_at) where doomed_at is not null;
drop index blobs_doomed_idx;
