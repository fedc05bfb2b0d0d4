-- The groups of a user, by id or name: who may use an installation that is restricted to some of them. Nothing here can
-- hurt a running system: a column with a constant default rewrites no row, and a release that does not know it leaves it
-- empty. The new release reads it with every credential, so the schema comes first.

alter table users add column groups text[] not null default '{}';
