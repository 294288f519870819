-- Messages that were not deleted, so that the newest of them are found however many were deleted after them.
CREATE INDEX events_there ON events (stream_id, msg_no) WHERE rev IS NOT NULL AND body IS NOT NULL;
