-- Key pairs of apps: one for each app that needs one, owned by the app's account. The other rows of `signing_keys` belong
-- to no app.
--
-- A column without a default rewrites nothing. The first index locks `signing_keys`, a small table, for a moment; the
-- second locks `deliveries` against writes, about a second for a million rows. The release before knows no keys of apps:
-- it ends deliveries that need one as failed, and shows the public halves in the key set of their account.

alter table signing_keys add column app_id bigint references apps on delete cascade;
create unique index signing_keys_app_key on signing_keys (app_id) where app_id is not null;

-- Serves the limit of notifications that an account keeps.
create index deliveries_notifications_idx on deliveries (account_id, created_at, id) where topic = 'app.notify';
