-- A token that was given for another one ends with it. Nothing here can hurt a running system: a column is added empty,
-- without a rewrite, and its key and index are made while nobody can write into a table that is small. A release that does
-- not know the column leaves it empty: a token of an hour that it gives out is valid for its hour, as before.

-- The API token that a client sent as its secret. Null: a person made this token, or a login got it.
alter table api_tokens add column parent_id bigint references api_tokens on delete cascade;
create index api_tokens_parent_idx on api_tokens (parent_id) where parent_id is not null;
