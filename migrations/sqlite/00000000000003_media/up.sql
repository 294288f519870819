-- Media: what was uploaded, where its bytes lie, what uses it, and uploads that come in parts. Times are microseconds since
-- 1970, enums are small numbers (crates/store/src/code.rs).

-- Bytes by their content (SHA-256), which somebody needs or is about to store.
CREATE TABLE blobs (
    digest        BLOB NOT NULL PRIMARY KEY,
    -- Drawn by chance, so that bytes that are deleted late are never those that were stored again.
    generation    INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    -- Whether they are known to be there.
    stored        INTEGER NOT NULL,
    -- How many are about to need them, and until when the bytes are kept for them.
    claims        INTEGER NOT NULL,
    claimed_until INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_claimed ON blobs (claimed_until) WHERE claimed_until IS NOT NULL;

-- Bytes that are to be deleted.
CREATE TABLE unneeded_blobs (
    digest        BLOB NOT NULL,
    generation    INTEGER NOT NULL,
    PRIMARY KEY (digest, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE media (
    id            BLOB NOT NULL PRIMARY KEY,
    owner_id      BLOB NOT NULL REFERENCES users (id),
    kind          INTEGER NOT NULL,
    mime          TEXT NOT NULL,
    name          TEXT,
    bytes         INTEGER NOT NULL,
    width         INTEGER,
    height        INTEGER,
    duration_ms   INTEGER,
    waveform      BLOB,
    thumbhash     BLOB,
    picture       INTEGER NOT NULL,
    -- The bytes of all its files.
    weight        INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    -- NULL once something uses it.
    expires_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX media_by_end ON media (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE media_files (
    media_id      BLOB NOT NULL REFERENCES media (id),
    file          INTEGER NOT NULL,
    digest        BLOB NOT NULL REFERENCES blobs (digest),
    mime          TEXT NOT NULL,
    PRIMARY KEY (media_id, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_files_of_blob ON media_files (digest);

-- Which messages show it.
CREATE TABLE media_uses (
    stream_id     BLOB NOT NULL,
    seq           INTEGER NOT NULL,
    media_id      BLOB NOT NULL REFERENCES media (id),
    PRIMARY KEY (stream_id, seq, media_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_uses_of_media ON media_uses (media_id, stream_id, seq);

-- Media that something used and does not use any more: it is still to be seen whether something else does.
CREATE TABLE released_media (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    media_id      BLOB NOT NULL
) STRICT;

-- How many bytes each owner's media have, and under the nil UUID all blobs that are stored.
CREATE TABLE media_usage (
    owner_id      BLOB NOT NULL PRIMARY KEY,
    bytes         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE users ADD COLUMN avatar BLOB REFERENCES media (id);
CREATE INDEX users_avatars ON users (avatar) WHERE avatar IS NOT NULL;

CREATE TABLE uploads (
    id            BLOB NOT NULL PRIMARY KEY,
    owner_id      BLOB NOT NULL REFERENCES users (id),
    bytes         INTEGER NOT NULL,
    received      INTEGER NOT NULL,
    -- How many numbers were given to parts.
    parts         INTEGER NOT NULL,
    kind          INTEGER,
    mime          TEXT,
    name          TEXT,
    expires_at    INTEGER NOT NULL,
    ended         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_of_user ON uploads (owner_id) WHERE NOT ended;
CREATE INDEX uploads_by_end ON uploads (expires_at) WHERE NOT ended;
CREATE INDEX uploads_ended ON uploads (id) WHERE ended;

CREATE TABLE upload_parts (
    upload_id     BLOB NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    -- Of its first byte in the upload.
    place         INTEGER NOT NULL,
    no            INTEGER NOT NULL,
    PRIMARY KEY (upload_id, place)
) STRICT, WITHOUT ROWID;
