-- Reactions in channels that wait to be counted, and channels that anybody can find.

CREATE TABLE uncounted_reactions (
    stream_id     UUID NOT NULL,
    seq           BIGINT NOT NULL,
    emoji         TEXT NOT NULL,
    -- How many more there are than were counted; less than none if they are fewer.
    amount        BIGINT NOT NULL,
    due_at        BIGINT NOT NULL,
    PRIMARY KEY (stream_id, seq, emoji)
);
CREATE INDEX uncounted_reactions_by_time ON uncounted_reactions (due_at);

-- Since when anybody can find it.
ALTER TABLE rooms ADD COLUMN listed_at BIGINT;
CREATE INDEX rooms_listed ON rooms (listed_at, id) WHERE listed_at IS NOT NULL;

-- The names of listed channels, folded, from each of their words on.
CREATE TABLE channel_names (
    room_id       UUID NOT NULL REFERENCES rooms (id),
    key           TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (room_id, key)
);
CREATE INDEX channel_names_by_key ON channel_names (key, room_id);
