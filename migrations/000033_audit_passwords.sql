-- Takes user names and passwords out of the URLs in audit entries: `https://user:password@host` becomes `https://host`.
-- Reads the whole table once, some seconds for a million entries, and locks only the rows that it changes. The release
-- before still writes such entries: they stay unless this statement is run again after it is gone.
update audit_entries
set before = regexp_replace(before::text, '(://)[^/?#"\\\s]*@', '\1', 'g')::jsonb,
  after = regexp_replace(after::text, '(://)[^/?#"\\\s]*@', '\1', 'g')::jsonb
where before::text ~ '://[^/?#"\\\s]*@' or after::text ~ '://[^/?#"\\\s]*@';
