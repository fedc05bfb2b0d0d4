-- Indexes on jobs and resources. Each locks its table against writes while it is built, about a second for a million rows:
-- jobs wait so long, and polls of the row do not. A release that does not know them runs as before.

-- Serves the turns of an account's jobs.
create index jobs_turns_idx on jobs (account_id, seq) where state in ('queued', 'working');
-- Serves the turns of an app's builds: one after the other.
create index jobs_app_turns_idx on jobs (app_id, seq) where kind = 'build' and state in ('queued', 'working');
-- Serve lists.
create index jobs_list_idx on jobs (account_id, seq);
create index jobs_list_app_idx on jobs (account_id, app_id, seq) where app_id is not null;
-- Serves the undoing of an install.
create index resources_job_idx on resources (job_id) where job_id is not null;
