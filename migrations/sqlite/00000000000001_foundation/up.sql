-- People, rooms, and the one log. Times are microseconds since 1970, ids are UUIDs of 16 bytes, enums are small numbers
-- (crates/store/src/code.rs).

CREATE TABLE users (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB NOT NULL UNIQUE,
    username      TEXT NOT NULL,
    username_key  TEXT NOT NULL UNIQUE,
    username_look TEXT NOT NULL UNIQUE,
    display_name  TEXT NOT NULL,
    email         TEXT,
    email_key     TEXT UNIQUE,
    password      TEXT NOT NULL,
    admin         INTEGER NOT NULL,
    status        INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    last_seen     INTEGER
) STRICT;

CREATE TABLE sessions (
    id            BLOB NOT NULL PRIMARY KEY,
    user_id       BLOB NOT NULL REFERENCES users (id),
    device        TEXT NOT NULL,
    address       TEXT,
    created_at    INTEGER NOT NULL,
    used_at       INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    revoked_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_ended ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    digest        BLOB NOT NULL PRIMARY KEY,
    session_id    BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at    INTEGER NOT NULL,
    used_at       INTEGER,
    successor     BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id, used_at);

-- How far each stream has grown. Whoever appends holds this row.
CREATE TABLE streams (
    id            BLOB NOT NULL PRIMARY KEY,
    seq           INTEGER NOT NULL,
    tag           INTEGER NOT NULL,
    rev           INTEGER NOT NULL,
    msg_no        INTEGER NOT NULL,
    active_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rooms (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB NOT NULL UNIQUE,
    kind          INTEGER NOT NULL,
    name          TEXT,
    topic         TEXT NOT NULL,
    owner_id      BLOB,
    history       INTEGER NOT NULL,
    join_policy   INTEGER NOT NULL,
    capacity      INTEGER NOT NULL,
    member_count  INTEGER NOT NULL,
    creator_id    BLOB NOT NULL,
    client_id     TEXT,
    -- Tells a retry from another use of the same client id.
    digest        INTEGER,
    created_at    INTEGER NOT NULL,
    deleted_at    INTEGER,
    -- The events of a deleted room up to here have lost their content; NULL if there is nothing to erase.
    erased_seq    INTEGER
) STRICT;
CREATE UNIQUE INDEX rooms_client_ids ON rooms (creator_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX rooms_to_erase ON rooms (id) WHERE erased_seq IS NOT NULL;

CREATE TABLE directs (
    low_id        BLOB NOT NULL,
    high_id       BLOB NOT NULL,
    room_id       BLOB NOT NULL UNIQUE REFERENCES rooms (id),
    PRIMARY KEY (low_id, high_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    room_id       BLOB NOT NULL REFERENCES rooms (id),
    user_id       BLOB NOT NULL REFERENCES users (id),
    role          INTEGER NOT NULL,
    visible_from  INTEGER NOT NULL,
    joined_seq    INTEGER NOT NULL,
    joined_at     INTEGER NOT NULL,
    read_seq      INTEGER NOT NULL,
    read_msg_no   INTEGER NOT NULL,
    delivered_seq INTEGER NOT NULL,
    -- The stream's rev at which a flush last moved the mark.
    rev           INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_of_user ON members (user_id, room_id);
CREATE INDEX members_by_rev ON members (room_id, rev);

-- The log. A message holds its current body; an event that points back holds its target only.
CREATE TABLE events (
    number        INTEGER PRIMARY KEY,
    stream_id     BLOB NOT NULL,
    seq           INTEGER NOT NULL,
    tag           INTEGER NOT NULL,
    kind          INTEGER NOT NULL,
    -- How many messages the room had by then, this one included.
    msg_no        INTEGER NOT NULL,
    sender_id     BLOB,
    sender_number INTEGER,
    client_id     TEXT,
    -- Tells a retry from another use of the same client id.
    digest        INTEGER,
    target        INTEGER,
    body          TEXT,
    reply_to      INTEGER,
    edited_at     INTEGER,
    -- Of messages only: the event that last changed it.
    rev           INTEGER,
    detail        TEXT,
    created_at    INTEGER NOT NULL,
    UNIQUE (stream_id, seq)
) STRICT;
-- Client ids come first: those that begin with the time (UUIDv7) are then written side by side, whatever the room.
CREATE UNIQUE INDEX events_client_ids ON events (client_id, stream_id, sender_id) WHERE client_id IS NOT NULL;
CREATE UNIQUE INDEX events_messages ON events (stream_id, msg_no) WHERE rev IS NOT NULL;
CREATE INDEX events_deleted ON events (stream_id, msg_no) WHERE rev IS NOT NULL AND body IS NULL;

-- What edits replaced, oldest first.
CREATE TABLE revisions (
    stream_id     BLOB NOT NULL,
    seq           INTEGER NOT NULL,
    no            INTEGER NOT NULL,
    body          TEXT NOT NULL,
    replaced_at   INTEGER NOT NULL,
    PRIMARY KEY (stream_id, seq, no)
) STRICT;
