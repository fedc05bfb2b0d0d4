-- Quotas per account. The column is empty by default and the table small, so nothing is rewritten. The index locks
-- `uploads` against writes while it is built, about a second for a million rows: uploads wait so long. A release that
-- knows neither runs as before.

-- What the account may have, where that is not what the settings say: {"apps": 10, "bytes": null}; null: no limit.
alter table accounts add column quotas jsonb not null default '{}';
-- Serves the count: there are never many that no build has used.
create index uploads_unused_idx on uploads (account_id) where job_id is null;
