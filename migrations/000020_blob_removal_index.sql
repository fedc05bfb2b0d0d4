-- Serves the collector's second phase, in its order: sorted for each batch, 200,000 doomed blobs took 100 ms of each. Building
-- it locks `blobs` against writes, about a second for a million rows: jobs and uploads wait so long.

create index blobs_removal_idx on blobs (deleting_at nulls first, doomed_at) where doomed_at is not null;
