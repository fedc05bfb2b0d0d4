-- In which order the installations of an account stand in a location. Nothing here can hurt a running system: the table is
-- new, and a release that does not know it orders nothing.

create table location_orders (
  account_id      bigint not null references accounts on delete cascade,
  product         text not null,
  -- Two products may have a location of the same name.
  location        text not null,
  -- Of the same account.
  installation_id bigint not null references installations on delete cascade,
  position        integer not null,
  primary key (account_id, product, location, installation_id)
);
-- Serves the removal of an installation.
create index location_orders_installation_idx on location_orders (installation_id);
