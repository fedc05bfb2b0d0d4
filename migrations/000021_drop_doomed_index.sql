-- The index before serves its purpose too, also for a release that does not know that. A file of its own: dropping one keeps
-- everybody from `blobs` for a moment, which nobody may wait for who holds another table.

drop index blobs_doomed_idx;
