-- Fills what the migration before has made, for the versions that are there: about a second for each GiB of definitions.
-- It locks the rows of app_versions, apps and door_records that it fills until it ends: reads go on; changes of these rows wait,
-- and so do builds of a new version of an app. Every version that is inserted meanwhile is filled by the trigger.

insert into version_texts (version_id, locale, texts, bytes)
  select version_id, locale, texts, octet_length(texts::text)
  from (select v.id as version_id, t.key as locale, texts_for_lists(t.value) as texts
    from app_versions v cross join lateral jsonb_each(case jsonb_typeof(v.definition -> 'translations') when 'object'
      then v.definition -> 'translations' else '{}' end) t
    where v.outline is null) found
  on conflict do nothing;

update app_versions v set
  requirement_bytes = taken.requirements,
  stored_bytes = octet_length(v.definition::text) + octet_length(v.attributes::text) + octet_length(v.warnings::text)
    + taken.parameters + taken.requirements + taken.files,
  attribute_bytes = octet_length(v.attributes::text),
  outline = v.definition - 'translations',
  outline_bytes = octet_length((v.definition - 'translations')::text)
from (
  select w.id,
    (select coalesce(sum(octet_length(p.name) + coalesce(octet_length(p.default_value::text), 0) + 100), 0)
      from parameters p where p.version_id = w.id) as parameters,
    (select coalesce(sum(octet_length(r.identifier) + octet_length(r.payload::text) + 100), 0)
      from requirements r where r.version_id = w.id) as requirements,
    (select coalesce(sum(octet_length(f.path) + 150 + f.size), 0) from version_files f where f.version_id = w.id) as files
  from app_versions w where w.outline is null) taken
where taken.id = v.id;

update apps set attribute_bytes = octet_length(attributes::text) where attribute_bytes is null;
update door_records set attribute_bytes = octet_length(attributes::text) where attribute_bytes is null;
