-- Defaults of secret parameters (`secure`, or of the kinds oauth and mtls), encrypted: `default_value` is null for them.
--
-- A column without a default rewrites nothing; `alter table` and the index wait for whoever writes parameters, and builds
-- wait for the index, some seconds for a million rows. The workers of this release encrypt the rows that are there, in
-- batches (`appyard secrets rotate` does it too). The release before reads `default_value` only: until it is gone it
-- finds no default of a secret parameter and asks for the value, and what it writes in clear the workers encrypt.

alter table parameters add column sealed_default text;

-- What is still in clear: empty in the long run.
create index parameters_plain_default_idx on parameters (version_id)
  where default_value is not null and (secure or kind in ('oauth', 'mtls'));
