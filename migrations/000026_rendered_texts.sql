-- The HTML of texts that are Markdown, which workers render; the API only reads it. The tables are new. The columns of apps have
-- constant defaults, so nothing is rewritten, but "alter table" and both indexes lock apps for a moment: about a second for a
-- million rows.
--
-- The release before runs on this schema: it renders in the API and writes none of this. An app whose version it changes is seen
-- by "rendered_version_id is distinct from version_id" and rendered by the sweep of this release. Until then, and right after
-- the deploy, texts are shown as plain text.

create table rendered_texts (
  -- SHA-256 of the text in UTF-8.
  digest           bytea primary key,
  renderer_version integer not null,
  -- Null: the text is beyond a limit and shown as plain text.
  html             text,
  -- When it was last rendered, or found good for an app's version.
  touched_at       timestamptz not null default now()
);

-- The texts of each app's current version: what no app has is removed from rendered_texts.
create table app_texts (
  app_id bigint not null references apps on delete cascade,
  digest bytea not null,
  primary key (app_id, digest)
);
create index app_texts_digest_idx on app_texts (digest);

alter table apps
  -- The version whose texts are in app_texts, and the version of the renderer that they were rendered with.
  add column rendered_version_id bigint,
  add column renderer_version    integer not null default 0;
-- Serve the sweep.
create index apps_unrendered_idx on apps (id) where rendered_version_id is distinct from version_id;
create index apps_renderer_version_idx on apps (renderer_version, id);
