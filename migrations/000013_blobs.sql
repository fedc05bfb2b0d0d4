-- What the blob store holds, so that what nobody refers to any more can be collected without a race. Filling the table
-- reads every row of version_files once; each index locks its table against writes while it is built, about a second
-- for a million rows.
--
-- A release that does not know the table writes blobs without a row in it. Nothing is removed within two graces of this
-- migration (BLOB_GRACE_MINUTES, two hours unless it is set): let the release before be gone by then.

-- Raised with each life of a blob: removed and stored anew, it is not the one that somebody saw before.
create sequence blob_generations;

create table blobs (
  sha256      text primary key,
  size        bigint not null,
  generation  bigint not null default nextval('blob_generations'),
  -- When somebody last was about to store it.
  touched_at  timestamptz not null default now(),
  -- Since when nothing refers to it; null: something does, or nobody has looked.
  doomed_at   timestamptz,
  -- Since when it is being removed from the store.
  deleting_at timestamptz
);
-- Serves the collector's second phase: there are never many.
create index blobs_doomed_idx on blobs (doomed_at) where doomed_at is not null;

insert into blobs (sha256, size)
select sha256, max(size) from (
  select sha256, size from version_files
  union all select archive_sha256, archive_size from app_versions where archive_sha256 is not null
  union all select sha256, size from uploads) stored
group by sha256;

-- Serves the question whether anything refers to a blob; the other two tables have theirs.
create index app_versions_archive_idx on app_versions (archive_sha256) where archive_sha256 is not null;

-- Serve the removal of old jobs.
create index jobs_finished_idx on jobs (finished_at) where finished_at is not null;
create index installations_job_idx on installations (job_id);
