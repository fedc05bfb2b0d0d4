-- Who did what, when, from where, and what it was before and after. Nothing here can hurt a running system: the table is
-- new, the column is empty, and a release that knows neither writes neither.

create table audit_entries (
  id           bigint generated always as identity primary key,
  account_id   bigint not null references accounts on delete cascade,
  created_at   timestamptz not null default now(),
  action       text not null check (action in ('create', 'update', 'destroy', 'login')),
  -- A user's id as a plain number, and the name it had: an entry outlives whom it tells of. Null: an operator, or the
  -- system itself.
  actor_id     bigint,
  actor_name   text not null,
  -- Of the client; null where there was none.
  ip           text,
  -- What it was done to: `app`, `installation` …
  subject_type text not null,
  -- Null: it has no number.
  subject_id   bigint,
  subject_name text not null,
  -- Of an installation: its app, whose next version may call a setting secret that was not.
  app_id       bigint,
  -- What the action changed, as far as it may be shown: never a secret.
  before       jsonb,
  after        jsonb
);
create index audit_entries_account_idx on audit_entries (account_id, id);
-- Serves the history of one thing.
create index audit_entries_subject_idx on audit_entries (account_id, subject_type, subject_id, id);
create index audit_entries_app_idx on audit_entries (app_id) where app_id is not null;

-- Who asked for the job, as the audit log names people: the entry of a published version is written when the build ends.
-- Null: a job of the release before, or one that the system made.
alter table jobs add column actor jsonb;
