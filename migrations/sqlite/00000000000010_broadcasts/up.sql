-- Broadcast lists, which are known to their owners alone, and what is sent to them.

CREATE TABLE broadcast_lists (
    id            BLOB NOT NULL PRIMARY KEY,
    owner_id      BLOB NOT NULL REFERENCES users (id),
    name          TEXT NOT NULL,
    -- How many are in it.
    recipients    INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    -- Whether it was deleted: it is erased with all that belongs to it.
    deleted       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX broadcast_lists_of_owner ON broadcast_lists (owner_id, id);
CREATE INDEX broadcast_lists_to_erase ON broadcast_lists (id) WHERE deleted;

CREATE TABLE broadcast_recipients (
    list_id       BLOB NOT NULL REFERENCES broadcast_lists (id),
    user_id       BLOB NOT NULL REFERENCES users (id),
    PRIMARY KEY (list_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE broadcasts (
    id            BLOB NOT NULL PRIMARY KEY,
    list_id       BLOB NOT NULL REFERENCES broadcast_lists (id),
    sender_id     BLOB NOT NULL REFERENCES users (id),
    sender_number INTEGER NOT NULL,
    client_id     TEXT NOT NULL,
    -- Tells a retry from another use of the same client id.
    digest        INTEGER NOT NULL,
    body          TEXT NOT NULL,
    waiting       INTEGER NOT NULL,
    sent          INTEGER NOT NULL,
    skipped       INTEGER NOT NULL,
    -- The recipient up to whom, in the order of their ids, it has come.
    come_to       BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    -- When it had come to all; NULL as long as somebody waits for it.
    ended_at      INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX broadcasts_client_ids ON broadcasts (list_id, client_id);
CREATE INDEX broadcasts_of_list ON broadcasts (list_id, id);
CREATE INDEX broadcasts_to_send ON broadcasts (id) WHERE ended_at IS NULL;
CREATE INDEX broadcasts_by_end ON broadcasts (ended_at) WHERE ended_at IS NOT NULL;

-- What a broadcast shows.
CREATE TABLE broadcast_media (
    broadcast_id  BLOB NOT NULL REFERENCES broadcasts (id),
    place         INTEGER NOT NULL,
    media_id      BLOB NOT NULL REFERENCES media (id),
    PRIMARY KEY (broadcast_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX broadcast_media_uses ON broadcast_media (media_id);

-- To whom it goes, and what became of it: the message, or why there is none; neither as long as he waits for it.
CREATE TABLE broadcast_sends (
    broadcast_id  BLOB NOT NULL REFERENCES broadcasts (id),
    user_id       BLOB NOT NULL,
    user_number   INTEGER NOT NULL,
    room_id       BLOB,
    seq           INTEGER,
    skipped       INTEGER,
    PRIMARY KEY (broadcast_id, user_id)
) STRICT, WITHOUT ROWID;
