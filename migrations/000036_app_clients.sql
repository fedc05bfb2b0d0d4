-- Credentials of apps: a client id and a secret, with which the app's own server proves which app it is. The secret is
-- encrypted and not hashed, because the server signs with it (HS256).
--
-- A new table: nothing that is in use is locked or rewritten, and the release before does not know it.

create table app_clients (
  id         bigint generated always as identity primary key,
  account_id bigint not null references accounts on delete cascade,
  -- The API whose app it is.
  kind       text not null,
  -- The name of the app in its account; the app need not be registered yet.
  app        text not null,
  url        text,
  client_id  text not null constraint app_clients_client_id_key unique,
  secret     text not null,
  created_at timestamptz not null default now(),
  constraint app_clients_app_key unique (account_id, kind, app)
);
