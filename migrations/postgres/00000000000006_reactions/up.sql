-- Reactions to messages, and messages that are pinned.

CREATE TABLE reactions (
    stream_id     UUID NOT NULL,
    seq           BIGINT NOT NULL,
    emoji         TEXT NOT NULL,
    user_id       UUID NOT NULL,
    user_number   BIGINT NOT NULL,
    reacted_at    BIGINT NOT NULL,
    PRIMARY KEY (stream_id, seq, emoji, user_id)
);
CREATE INDEX reactions_of_user ON reactions (user_id, stream_id, seq);

-- How many there are of each emoji, at least one, so that a page need not count them.
CREATE TABLE reaction_counts (
    stream_id     UUID NOT NULL,
    seq           BIGINT NOT NULL,
    emoji         TEXT NOT NULL,
    amount        BIGINT NOT NULL,
    -- The event that brought the emoji.
    since         BIGINT NOT NULL,
    PRIMARY KEY (stream_id, seq, emoji)
);

-- Of messages: the event that last changed their reactions.
ALTER TABLE events ADD COLUMN reacted BIGINT;

CREATE TABLE pins (
    stream_id     UUID NOT NULL,
    seq           BIGINT NOT NULL,
    -- The event that tells of it.
    pinned        BIGINT NOT NULL,
    PRIMARY KEY (stream_id, seq)
);
