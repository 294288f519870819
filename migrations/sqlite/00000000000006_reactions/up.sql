-- Reactions to messages, and messages that are pinned.

CREATE TABLE reactions (
    stream_id     BLOB NOT NULL,
    seq           INTEGER NOT NULL,
    emoji         TEXT NOT NULL,
    user_id       BLOB NOT NULL,
    user_number   INTEGER NOT NULL,
    reacted_at    INTEGER NOT NULL,
    PRIMARY KEY (stream_id, seq, emoji, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_of_user ON reactions (user_id, stream_id, seq);

-- How many there are of each emoji, at least one, so that a page need not count them.
CREATE TABLE reaction_counts (
    stream_id     BLOB NOT NULL,
    seq           INTEGER NOT NULL,
    emoji         TEXT NOT NULL,
    amount        INTEGER NOT NULL,
    -- The event that brought the emoji.
    since         INTEGER NOT NULL,
    PRIMARY KEY (stream_id, seq, emoji)
) STRICT, WITHOUT ROWID;

-- Of messages: the event that last changed their reactions.
ALTER TABLE events ADD COLUMN reacted INTEGER;

CREATE TABLE pins (
    stream_id     BLOB NOT NULL,
    seq           INTEGER NOT NULL,
    -- The event that tells of it.
    pinned        INTEGER NOT NULL,
    PRIMARY KEY (stream_id, seq)
) STRICT, WITHOUT ROWID;
