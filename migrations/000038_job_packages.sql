-- The package of a build, for a job that outlives its upload. The column is added empty, without a rewrite: queries on `jobs`
-- wait for a moment, once. Jobs of a release that does not know the column have none.

alter table jobs
  -- {"file", "name", "version"}: the name of the uploaded file, and what its manifest says once it was read. Null: an install,
  -- or a job of before.
  add column package jsonb;
