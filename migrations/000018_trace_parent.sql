-- The trace of a job. The column is added empty, without a rewrite: whoever uses `jobs` waits for a moment, once. Jobs of a
-- release that does not know it have none, and begin a trace of their own where the new one enqueues them.

alter table jobs
  -- Of the request that made it or had it run again, or of the build that made it, as the header `traceparent` has it:
  -- https://www.w3.org/TR/trace-context/. Null: nothing was traced.
  add column trace_parent text;
