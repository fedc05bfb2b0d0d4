-- When a process last tried whether it can write to the database: `/readyz` means "can do its work".
--
-- A new column without a default: no rewrite, a lock of milliseconds. The release before does not know it and runs on.

alter table installation add column probed_at timestamptz;
