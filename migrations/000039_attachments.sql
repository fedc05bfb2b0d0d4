-- Files that users attach to apps that are described rather than packed. The tables are new and empty: no lock is held and no
-- table is rewritten.
--
-- A release that does not know the tables sees no reference to the blobs of attachments, and its collector removes blobs two
-- graces (BLOB_GRACE_MINUTES) after they were stored. Stop the processes of the release before within that time, and do not
-- go back to it for longer.

create table attachments (
  id         bigint generated always as identity primary key,
  account_id bigint not null references accounts,
  -- What clients call it. A key is used once.
  key        text not null,
  name       text not null,
  sha256     text not null,
  size       bigint not null,
  created_at timestamptz not null default now(),
  -- When it was uploaded, or last attached to something. What nothing uses for so long is removed.
  touched_at timestamptz not null default now(),
  unique (account_id, key)
);
-- Serves the question whether anything refers to a blob.
create index attachments_sha256_idx on attachments (sha256);
-- Serves the removal of what nothing uses.
create index attachments_touched_idx on attachments (touched_at);

-- What uses an attachment: an app as it is being worked on (version_id is null), or a version of it.
create table attachment_uses (
  attachment_id bigint not null references attachments on delete cascade,
  app_id        bigint not null references apps on delete cascade,
  version_id    bigint references app_versions on delete cascade
);
create index attachment_uses_attachment_idx on attachment_uses (attachment_id);
create index attachment_uses_app_idx on attachment_uses (app_id);
create index attachment_uses_version_idx on attachment_uses (version_id) where version_id is not null;
