-- No two accounts have environments with the same id, also when both are made at the same moment. Nothing here can hurt a
-- running system: an index is made while nobody can write into a table that is small. A release that does not know it
-- looks for the id before, and answers 500 to the one who comes second.

create unique index door_records_environment_idx on door_records (key) where door = 'appyard' and type = 'environment';
