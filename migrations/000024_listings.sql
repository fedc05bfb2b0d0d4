-- What lists read of a version, kept apart from its definition, which can have many MiB of translations, and the size of
-- what is stored for an account. New columns are empty and the tables new, so nothing is rewritten; `alter table` waits for
-- statements that use apps, app_versions, door_records or installations, and holds up later ones for a moment. Triggers
-- fill the columns, so that versions that a release before this one inserts have them too. The next migration fills them
-- for the versions that are there.

alter table app_versions
  -- The definition without its translations.
  add column outline jsonb,
  -- Of the outline as text.
  add column outline_bytes integer,
  -- Everything that the version takes, uncompressed: its rows as JSON texts, and its files.
  add column stored_bytes bigint,
  -- Of these the requirements: each installation has a copy of them.
  add column requirement_bytes bigint not null default 0,
  -- Of the attributes as text; so it is in the next two tables.
  add column attribute_bytes integer;
alter table apps add column attribute_bytes integer;
alter table door_records add column attribute_bytes integer;

-- Uploads that have begun and not ended: they count against quotas. The process that takes them touches their rows; what a crash has
-- left behind counts for two more minutes, and the next upload of the account removes it.
create table upload_reservations (
  id         bigint generated always as identity primary key,
  account_id bigint not null references accounts on delete cascade,
  bytes      bigint not null,
  touched_at timestamptz not null default now()
);
create index upload_reservations_account_idx on upload_reservations (account_id);

-- The texts of a version that a list shows, by locale.
create table version_texts (
  version_id bigint not null references app_versions on delete cascade,
  locale     text not null,
  -- {"app": {"name", "short_description", …, "support": {…}}}, as the package has them.
  texts      jsonb not null,
  bytes      integer not null,
  primary key (version_id, locale)
);

create function listed_texts(texts jsonb) returns jsonb language sql immutable as $$
  select coalesce(jsonb_object_agg(key, value), '{}')
  from jsonb_each(case jsonb_typeof(texts) when 'object' then texts else '{}' end)
  where key in ('name', 'short_description', 'description', 'long_description', 'installation_instructions')
$$;

-- What domain/package/translations/shown-texts.ts keeps of a file, without the texts of parameters.
create function texts_for_lists(texts jsonb) returns jsonb language sql immutable as $$
  select case jsonb_typeof(texts -> 'app')
    when 'object' then jsonb_build_object('app', listed_texts(texts -> 'app') || (
      select coalesce(jsonb_object_agg(key, listed_texts(value)), '{}') from jsonb_each(texts -> 'app')
      where key in ('support', 'chat', 'standalone_chat', 'sell')))
    else '{}' end
$$;

create function outline_version() returns trigger language plpgsql as $$
begin
  new.attribute_bytes := octet_length(new.attributes::text);
  if tg_op = 'UPDATE' then
    new.stored_bytes := old.stored_bytes - coalesce(old.attribute_bytes, 0) + new.attribute_bytes;
    return new;
  end if;
  new.outline := new.definition - 'translations';
  new.outline_bytes := octet_length(new.outline::text);
  new.stored_bytes := octet_length(new.definition::text) + new.attribute_bytes
    + octet_length(new.warnings::text) + coalesce(new.stored_bytes, 0);
  return new;
end
$$;

create function measure_attributes() returns trigger language plpgsql as $$
begin
  new.attribute_bytes := octet_length(new.attributes::text);
  return new;
end
$$;

create function list_version_texts() returns trigger language plpgsql as $$
begin
  insert into version_texts (version_id, locale, texts, bytes)
    select new.id, locale, texts, octet_length(texts::text)
    from (select key as locale, texts_for_lists(value) as texts
      from jsonb_each(case jsonb_typeof(new.definition -> 'translations') when 'object'
        then new.definition -> 'translations' else '{}' end)) found
    on conflict do nothing;
  return null;
end
$$;

create trigger app_versions_outline before insert or update of attributes on app_versions
  for each row execute function outline_version();
create trigger app_versions_texts after insert on app_versions
  for each row execute function list_version_texts();
create trigger apps_attributes before insert or update of attributes on apps
  for each row execute function measure_attributes();
create trigger door_records_attributes before insert or update of attributes on door_records
  for each row execute function measure_attributes();
