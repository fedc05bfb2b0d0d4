-- Two indexes on the deliveries. Each locks its table against writes while it is built, about a second for a million
-- rows; deliveries wait so long, and nothing else does. A release that does not know them runs as before.

-- Which attempts are under way: there are never many.
create index delivery_attempts_open_idx on delivery_attempts (delivery_id) where ended_at is null;
-- Serves the clean-up.
create index deliveries_finished_idx on deliveries (finished_at) where finished_at is not null;
