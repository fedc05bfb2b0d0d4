-- A login that was made with an API token ends with it. Nothing here can hurt a running system: a column is added empty,
-- without a rewrite, and its key and index are made while nobody can write into two tables that are small. A release that
-- does not know the column leaves it empty: a login that it makes meanwhile does not end with its token.

-- The API token that was typed. Null: the password was.
alter table oauth_grants add column token_id bigint references api_tokens on delete cascade;
create index oauth_grants_token_idx on oauth_grants (token_id) where token_id is not null;
