-- What a list of apps shows besides the package: what an operator says of an app, and what its users think of it.
-- Columns with constant defaults rewrite nothing, but `alter table` waits for whoever is using apps or parameters and
-- makes others wait behind it: for a moment, once. A release that knows none of it writes the defaults, and a null.

alter table apps
  -- [{"id", "name"}], as they are in app_categories.
  add column categories jsonb not null default '[]',
  add column featured   boolean not null default false,
  add column promoted   boolean not null default false,
  add column obsolete   boolean not null default false;

-- Names that operators have put apps under. Never renamed or removed, so that apps keep copies of what they show.
create table app_categories (
  id   bigint generated always as identity primary key,
  name text not null
);
create unique index app_categories_name_key on app_categories (lower(name));

-- One a user and app. The primary key serves the figures of an app.
create table app_ratings (
  app_id     bigint not null references apps on delete cascade,
  user_id    bigint not null references users on delete cascade,
  account_id bigint not null references accounts on delete cascade,
  stars      smallint not null check (stars between 1 and 5),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (app_id, user_id)
);
create index app_ratings_user_idx on app_ratings (user_id);
create index app_ratings_account_idx on app_ratings (account_id);

-- Since when a parameter is as it is; null: since it was created.
alter table parameters add column updated_at timestamptz;
