-- Reactions in channels that wait to be counted, and channels that anybody can find.

CREATE TABLE uncounted_reactions (
    stream_id     BLOB NOT NULL,
    seq           INTEGER NOT NULL,
    emoji         TEXT NOT NULL,
    -- How many more there are than were counted; less than none if they are fewer.
    amount        INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    PRIMARY KEY (stream_id, seq, emoji)
) STRICT, WITHOUT ROWID;
CREATE INDEX uncounted_reactions_by_time ON uncounted_reactions (due_at);

-- Since when anybody can find it.
ALTER TABLE rooms ADD COLUMN listed_at INTEGER;
CREATE INDEX rooms_listed ON rooms (listed_at, id) WHERE listed_at IS NOT NULL;

-- The names of listed channels, folded, from each of their words on.
CREATE TABLE channel_names (
    room_id       BLOB NOT NULL REFERENCES rooms (id),
    key           TEXT NOT NULL,
    PRIMARY KEY (room_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX channel_names_by_key ON channel_names (key, room_id);
