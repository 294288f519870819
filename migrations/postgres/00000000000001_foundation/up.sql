-- People, rooms, and the one log. Times are microseconds since 1970, enums are small numbers (crates/store/src/code.rs).

CREATE TABLE users (
    number        BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
    id            UUID PRIMARY KEY,
    username      TEXT NOT NULL,
    username_key  TEXT NOT NULL UNIQUE,
    username_look TEXT NOT NULL UNIQUE,
    display_name  TEXT NOT NULL,
    email         TEXT,
    email_key     TEXT UNIQUE,
    password      TEXT NOT NULL,
    admin         BOOLEAN NOT NULL,
    status        SMALLINT NOT NULL,
    created_at    BIGINT NOT NULL,
    last_seen     BIGINT
);

CREATE TABLE sessions (
    id            UUID PRIMARY KEY,
    user_id       UUID NOT NULL REFERENCES users (id),
    device        TEXT NOT NULL,
    address       TEXT,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    revoked_at    BIGINT
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_ended ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    digest        BYTEA PRIMARY KEY,
    session_id    UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT,
    successor     BYTEA
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id, used_at);

-- How far each stream has grown. Whoever appends holds this row. Room on the pages lets updates stay where they are.
CREATE TABLE streams (
    id            UUID PRIMARY KEY,
    seq           BIGINT NOT NULL,
    tag           INTEGER NOT NULL,
    rev           BIGINT NOT NULL,
    msg_no        BIGINT NOT NULL,
    active_at     BIGINT NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE rooms (
    number        BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
    id            UUID PRIMARY KEY,
    kind          SMALLINT NOT NULL,
    name          TEXT,
    topic         TEXT NOT NULL,
    owner_id      UUID,
    history       SMALLINT NOT NULL,
    join_policy   SMALLINT NOT NULL,
    capacity      BIGINT NOT NULL,
    member_count  BIGINT NOT NULL,
    creator_id    UUID NOT NULL,
    client_id     TEXT,
    -- Tells a retry from another use of the same client id.
    digest        BIGINT,
    created_at    BIGINT NOT NULL,
    deleted_at    BIGINT,
    -- The events of a deleted room up to here have lost their content; NULL if there is nothing to erase.
    erased_seq    BIGINT
);
CREATE UNIQUE INDEX rooms_client_ids ON rooms (creator_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX rooms_to_erase ON rooms (id) WHERE erased_seq IS NOT NULL;

CREATE TABLE directs (
    low_id        UUID NOT NULL,
    high_id       UUID NOT NULL,
    room_id       UUID NOT NULL UNIQUE REFERENCES rooms (id),
    PRIMARY KEY (low_id, high_id)
);

CREATE TABLE members (
    room_id       UUID NOT NULL REFERENCES rooms (id),
    user_id       UUID NOT NULL REFERENCES users (id),
    role          SMALLINT NOT NULL,
    visible_from  BIGINT NOT NULL,
    joined_seq    BIGINT NOT NULL,
    joined_at     BIGINT NOT NULL,
    read_seq      BIGINT NOT NULL,
    read_msg_no   BIGINT NOT NULL,
    delivered_seq BIGINT NOT NULL,
    -- The stream's rev at which a flush last moved the mark.
    rev           BIGINT NOT NULL,
    PRIMARY KEY (room_id, user_id)
) WITH (fillfactor = 50);
CREATE INDEX members_of_user ON members (user_id, room_id);
CREATE INDEX members_by_rev ON members (room_id, rev);

-- The log. A message holds its current body; an event that points back holds its target only.
CREATE TABLE events (
    number        BIGINT GENERATED ALWAYS AS IDENTITY,
    stream_id     UUID NOT NULL,
    seq           BIGINT NOT NULL,
    tag           INTEGER NOT NULL,
    kind          SMALLINT NOT NULL,
    -- How many messages the room had by then, this one included.
    msg_no        BIGINT NOT NULL,
    sender_id     UUID,
    sender_number BIGINT,
    client_id     TEXT,
    -- Tells a retry from another use of the same client id.
    digest        BIGINT,
    target        BIGINT,
    body          TEXT,
    reply_to      BIGINT,
    edited_at     BIGINT,
    -- Of messages only: the event that last changed it.
    rev           BIGINT,
    detail        TEXT,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (stream_id, seq)
);
-- Client ids come first: those that begin with the time (UUIDv7) are then written side by side, whatever the room.
CREATE UNIQUE INDEX events_client_ids ON events (client_id, stream_id, sender_id) WHERE client_id IS NOT NULL;
CREATE UNIQUE INDEX events_messages ON events (stream_id, msg_no) WHERE rev IS NOT NULL;
CREATE INDEX events_deleted ON events (stream_id, msg_no) WHERE rev IS NOT NULL AND body IS NULL;
-- What was added lately, whatever the room. What is not summarized yet would be read from end to end.
CREATE INDEX events_by_number ON events USING brin (number) WITH (autosummarize = on);

-- What edits replaced, oldest first.
CREATE TABLE revisions (
    stream_id     UUID NOT NULL,
    seq           BIGINT NOT NULL,
    no            BIGINT NOT NULL,
    body          TEXT NOT NULL,
    replaced_at   BIGINT NOT NULL,
    PRIMARY KEY (stream_id, seq, no)
);
