-- The identity of this installation, by which its queue, its blob store and its encryption keys are recognised. One row.
--
-- Two new small tables; locks nothing, rewrites nothing. The release before does not know them and runs on.

create table installation (
  only_one boolean primary key default true check (only_one),
  id uuid not null default gen_random_uuid(),
  -- When the mark was written into the blob store; null: never.
  blobs_marked_at timestamptz
);
insert into installation default values;

create table installation_keys (
  key_id text primary key,
  -- HMAC of the installation's id.
  mark text not null,
  created_at timestamptz not null default now()
);
