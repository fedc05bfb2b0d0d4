-- Apps of every door in one catalogue. Nothing here rewrites a large table: new columns are empty or have a constant
-- default (accounts, a small table, gets a generated value for each row), and dropping "not null" is a change of the
-- catalogue alone. A release that does not know the columns makes apps with packages, as before.

-- How an account is called where a number or a subdomain is not what is asked for: 24 hex digits.
alter table accounts add column external_id text not null
  default substr(replace(gen_random_uuid()::text, '-', ''), 1, 24)
  constraint accounts_external_id_key unique;

alter table apps
  -- The name that the door's clients give an app; unique among the apps of its kind. Null: it has none.
  add column key text,
  add column external_id text,
  -- What the door keeps of it besides; nobody else reads it.
  add column attributes jsonb not null default '{}',
  -- Of an app published to all: subdomains of the accounts that see it (null: all), and of those that do not.
  add column visible_to text[],
  add column hidden_from text[];
create unique index apps_key_idx on apps (kind, key) where key is not null;
create unique index apps_external_id_idx on apps (kind, external_id) where external_id is not null;

alter table app_versions
  add column external_id text,
  -- Where it is in the door's life of a version. Null: the door has none.
  add column state text,
  add column attributes jsonb not null default '{}',
  -- A version that was described rather than packed has no files.
  alter column package_sha256 drop not null,
  alter column archive_sha256 drop not null,
  alter column archive_size drop not null,
  alter column asset_key drop not null;
create unique index app_versions_external_id_idx on app_versions (external_id) where external_id is not null;

-- Small things that one door needs for itself: `door` and `type` say what, `key` which one.
create table door_records (
  id         bigint generated always as identity primary key,
  account_id bigint not null references accounts on delete cascade,
  door       text not null,
  type       text not null,
  key        text not null,
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint door_records_key unique (account_id, door, type, key)
);
