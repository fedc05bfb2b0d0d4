-- Logins of other programs by OAuth 2. Nothing here can hurt a running system: the tables are new, and the columns are
-- added empty, without a rewrite. A release that knows neither writes neither, and takes an access token for what it is
-- to it, a token that expires; only scopes it does not know. So let the release before be gone before logins begin.

-- One login: what a user allowed a client to do.
create table oauth_grants (
  id         bigint generated always as identity primary key,
  account_id bigint not null references accounts on delete cascade,
  user_id    bigint not null references users on delete cascade,
  client_id  text not null,
  scopes     text[] not null check (scopes <> '{}' and scopes <@ array['read', 'write']),
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index oauth_grants_account_idx on oauth_grants (account_id);
create index oauth_grants_user_idx on oauth_grants (user_id);

-- What the browser carries back to the client, once.
create table oauth_codes (
  sha256         bytea primary key,
  grant_id       bigint not null references oauth_grants on delete cascade,
  redirect_uri   text not null,
  -- SHA-256 of the client's verifier, in base64url.
  code_challenge text not null,
  expires_at     timestamptz not null,
  used_at        timestamptz
);
create index oauth_codes_grant_idx on oauth_codes (grant_id);
-- Serves the removal of old ones.
create index oauth_codes_expires_idx on oauth_codes (expires_at);

create table oauth_refresh_tokens (
  sha256     bytea primary key,
  grant_id   bigint not null references oauth_grants on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- When it was first exchanged for another one.
  rotated_at timestamptz
);
create index oauth_refresh_tokens_grant_idx on oauth_refresh_tokens (grant_id);

-- An access token is an API token that a login got. Null: somebody made it, and it may do what its user may.
alter table api_tokens add column grant_id bigint references oauth_grants on delete cascade;
alter table api_tokens add column scopes text[] check (scopes <> '{}' and scopes <@ array['read', 'write']);
create index api_tokens_grant_idx on api_tokens (grant_id) where grant_id is not null;
