-- The room of all accounts.

-- Whether all accounts are in a room, of which there is one at most.
ALTER TABLE rooms ADD COLUMN everyones BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX rooms_everyones ON rooms (everyones) WHERE everyones;
-- The number of the last account that was looked at to be brought into it; NULL if there is nobody left to bring in.
ALTER TABLE rooms ADD COLUMN gathered BIGINT;

-- Messages to all in the order of their rooms, so that those which somebody has not read are found without the others.
CREATE INDEX events_to_all_in_order ON events (stream_id, seq) WHERE mentions_all;
