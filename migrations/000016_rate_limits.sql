-- How many requests each account has sent in the current minute, where the queue lives in this database and RATE_LIMIT or
-- RATE_LIMIT_POLLS is set. A new table: nothing waits for it, and a release that does not know it runs as before.
--
-- Written with every request that is counted, so it is not logged: a crash, or a replica that takes over, begins the
-- minute anew. The columns and their order are those that rate-limiter-flexible inserts into.
create unlogged table rate_limits (
  key varchar(255) primary key,
  points integer not null default 0,
  -- In milliseconds of the Unix epoch.
  expire bigint
) with (fillfactor = 50);
