-- The first schema. Nothing here can hurt a running system: every table is new.
--
-- Names that BullMQ's own PostgreSQL schema uses (job, event, meta, metrics, migration, scheduler …) are avoided:
-- both schemas are on the search path of one connection pool.

create table accounts (
  id         bigint generated always as identity primary key,
  subdomain  text not null constraint accounts_subdomain_key unique
             check (subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  -- Checks of packages that the account has turned on: {"mtls": true, …}.
  switches   jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table users (
  id            bigint generated always as identity primary key,
  account_id    bigint not null references accounts on delete cascade,
  email         text not null,
  role          text not null check (role in ('admin', 'agent')),
  -- argon2id in PHC form; null: this user signs in with tokens only.
  password_hash text,
  created_at    timestamptz not null default now()
);
-- An address belongs to one user of the whole system, so a credential names its account.
create unique index users_email_key on users (lower(email));
create index users_account_idx on users (account_id);

-- A token of no user is an operator's: it belongs to the installation as a whole and to no account.
create table api_tokens (
  id         bigint generated always as identity primary key,
  user_id    bigint references users on delete cascade,
  sha256     bytea not null constraint api_tokens_sha256_key unique,
  prefix     text not null,
  label      text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_tokens_user_idx on api_tokens (user_id);

create table apps (
  id                bigint generated always as identity primary key,
  account_id        bigint not null references accounts on delete cascade,
  -- Which door registered it.
  kind              text not null,
  name              text not null,
  -- As asked for by whoever requested the build; null: the package's own text.
  short_description text,
  visibility        text not null default 'private' check (visibility in ('private', 'public')),
  -- Null only inside the transaction that inserts the first version.
  version_id        bigint,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
);
create index apps_account_idx on apps (account_id);
create index apps_public_idx on apps (id) where visibility = 'public';

create table app_versions (
  id             bigint generated always as identity primary key,
  app_id         bigint not null references apps on delete cascade,
  definition     jsonb not null,
  -- The package as it was uploaded: kept for who wants to compare, never served.
  package_sha256 text not null,
  -- The same files packed by ourselves: what is downloaded.
  archive_sha256 text not null,
  archive_size   bigint not null,
  -- Part of the public address of the version's assets: 128 random bits, so an address cannot be guessed.
  asset_key      text not null constraint app_versions_asset_key_key unique,
  warnings       jsonb not null default '[]',
  created_at     timestamptz not null default now()
);
create index app_versions_app_idx on app_versions (app_id);
alter table apps add constraint apps_version_fk foreign key (version_id) references app_versions;

create sequence parameters_id_seq;
-- A parameter keeps its id from version to version as long as it keeps its name.
create table parameters (
  version_id    bigint not null references app_versions on delete cascade,
  id            bigint not null,
  position      integer not null,
  name          text not null,
  kind          text not null,
  required      boolean not null,
  secure        boolean not null,
  default_value jsonb,
  created_at    timestamptz not null default now(),
  primary key (version_id, id),
  constraint parameters_name_key unique (version_id, name)
);

create table requirements (
  version_id bigint not null references app_versions on delete cascade,
  position   integer not null,
  type       text not null,
  identifier text not null,
  payload    jsonb not null,
  primary key (version_id, position),
  constraint requirements_identifier_key unique (version_id, type, identifier)
);

create table version_files (
  version_id bigint not null references app_versions on delete cascade,
  path       text not null,
  sha256     text not null,
  size       bigint not null,
  primary key (version_id, path)
);
create index version_files_sha256_idx on version_files (sha256);

create table uploads (
  id         bigint generated always as identity primary key,
  account_id bigint not null references accounts on delete cascade,
  user_id    bigint references users on delete set null,
  filename   text not null,
  sha256     text not null,
  size       bigint not null,
  -- The build that used it up; an upload serves one build.
  job_id     text,
  created_at timestamptz not null default now()
);
create index uploads_account_idx on uploads (account_id);
create index uploads_sha256_idx on uploads (sha256);

create table installations (
  id                 bigint generated always as identity primary key,
  account_id         bigint not null references accounts on delete cascade,
  app_id             bigint not null references apps on delete cascade,
  version_id         bigint not null references app_versions,
  product            text not null,
  title              text not null,
  state              text not null check (state in ('pending', 'installed', 'failed')),
  -- What the admin wants; the app is active when it is also installed.
  enabled            boolean not null,
  settings           jsonb not null default '{}',
  -- Setting name -> sealed value (AES-256-GCM).
  secrets            jsonb not null default '{}',
  group_restrictions jsonb not null default '[]',
  role_restrictions  jsonb,
  job_id             text not null,
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now()
);
create index installations_account_idx on installations (account_id);
create index installations_app_idx on installations (app_id, account_id, product);
create index installations_version_idx on installations (version_id);

-- A requirement that was provisioned for an installation: each exactly once, however often the job runs.
create table resources (
  id              bigint generated always as identity primary key,
  account_id      bigint not null references accounts on delete cascade,
  installation_id bigint not null references installations on delete cascade,
  type            text not null,
  identifier      text not null,
  payload         jsonb not null,
  created_at      timestamptz not null default now(),
  constraint resources_identifier_key unique (installation_id, type, identifier)
);

-- The unit of work that a user watches. Ids of its subjects are plain numbers: a job outlives what it worked on.
create table jobs (
  id                 text primary key check (id ~ '^[0-9a-f]{32}$'),
  -- The order in which they were asked for.
  seq                bigint generated always as identity,
  account_id         bigint not null references accounts on delete cascade,
  kind               text not null check (kind in ('build', 'install')),
  state              text not null default 'queued' check (state in ('queued', 'working', 'completed', 'failed', 'killed')),
  -- The fencing token: raised by every claim, never lowered.
  attempt            integer not null default 0,
  -- Counted against the limit; an attempt that was handed back unfinished is not.
  attempts_used      integer not null default 0,
  upload_id          bigint,
  app_id             bigint,
  version_id         bigint,
  installation_id    bigint,
  -- What the requester asked for besides the package: {"name", "shortDescription"}.
  request            jsonb not null default '{}',
  progress           integer not null default 0,
  total              integer not null default 1,
  message            text not null default '',
  errors             jsonb not null default '[]',
  warnings           jsonb not null default '[]',
  requested_by       bigint,
  created_at         timestamptz not null default now(),
  attempt_started_at timestamptz,
  finished_at        timestamptz,
  updated_at         timestamptz not null default now(),
  -- When the sweep last looked at it.
  swept_at           timestamptz not null default now()
);
create index jobs_account_idx on jobs (account_id, created_at);
-- Serves the question whether a later build of the app was published first.
create index jobs_app_idx on jobs (app_id, seq) where kind = 'build' and state = 'completed';
-- Serves the sweep.
create index jobs_open_idx on jobs (swept_at) where state in ('queued', 'working');
