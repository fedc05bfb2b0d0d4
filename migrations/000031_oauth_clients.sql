-- Confidential clients of an account, for programs without a person (client credentials). Nothing here can hurt a running
-- system: the table is new, and a column is added empty, without a rewrite; its key and index are made while nobody can write
-- into a table that is small. A release that does not know the column takes the token of a client for one that may do all that
-- its user may: let that release be gone before clients are made.

create table oauth_clients (
  id         bigint generated always as identity primary key,
  account_id bigint not null references accounts on delete cascade,
  -- The admin who made it: its tokens act as this user.
  user_id    bigint not null references users on delete cascade,
  -- What it calls itself when it asks for a token.
  identifier text not null constraint oauth_clients_identifier_key unique,
  name       text not null,
  -- SHA-256 of the secret.
  sha256     bytea not null,
  scopes     text[] not null check (scopes <> '{}' and scopes <@ array['read', 'write']),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index oauth_clients_account_idx on oauth_clients (account_id, id);
create index oauth_clients_user_idx on oauth_clients (user_id);

-- A token that a client got ends with it.
alter table api_tokens add column client_id bigint references oauth_clients on delete cascade;
create index api_tokens_client_idx on api_tokens (client_id) where client_id is not null;
