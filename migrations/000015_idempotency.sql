-- Answers to requests that carried an Idempotency-Key. Nothing here can hurt a running system: the table is new, and a
-- release that does not know it looks past the header.

create table idempotency_keys (
  id         bigint generated always as identity primary key,
  account_id bigint not null references accounts on delete cascade,
  key        text not null,
  -- Digest of the request, status and body of its answer, sealed: both may hold what is secret later, or was.
  answer     text not null,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_key unique (account_id, key)
);
-- Serves the clean-up.
create index idempotency_keys_created_idx on idempotency_keys (created_at);
