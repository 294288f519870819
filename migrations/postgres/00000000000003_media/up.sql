-- Media: what was uploaded, where its bytes lie, what uses it, and uploads that come in parts. Times are microseconds since
-- 1970, enums are small numbers (crates/store/src/code.rs).

-- Bytes by their content (SHA-256), which somebody needs or is about to store.
CREATE TABLE blobs (
    digest        BYTEA PRIMARY KEY,
    -- Drawn by chance, so that bytes that are deleted late are never those that were stored again.
    generation    BIGINT NOT NULL,
    bytes         BIGINT NOT NULL,
    -- Whether they are known to be there.
    stored        BOOLEAN NOT NULL,
    -- How many are about to need them, and until when the bytes are kept for them.
    claims        BIGINT NOT NULL,
    claimed_until BIGINT
);
CREATE INDEX blobs_claimed ON blobs (claimed_until) WHERE claimed_until IS NOT NULL;

-- Bytes that are to be deleted.
CREATE TABLE unneeded_blobs (
    digest        BYTEA NOT NULL,
    generation    BIGINT NOT NULL,
    PRIMARY KEY (digest, generation)
);

CREATE TABLE media (
    id            UUID PRIMARY KEY,
    owner_id      UUID NOT NULL REFERENCES users (id),
    kind          SMALLINT NOT NULL,
    mime          TEXT NOT NULL,
    name          TEXT,
    bytes         BIGINT NOT NULL,
    width         BIGINT,
    height        BIGINT,
    duration_ms   BIGINT,
    waveform      BYTEA,
    thumbhash     BYTEA,
    picture       BOOLEAN NOT NULL,
    -- The bytes of all its files.
    weight        BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    -- NULL once something uses it.
    expires_at    BIGINT
);
CREATE INDEX media_by_end ON media (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE media_files (
    media_id      UUID NOT NULL REFERENCES media (id),
    file          SMALLINT NOT NULL,
    digest        BYTEA NOT NULL REFERENCES blobs (digest),
    mime          TEXT NOT NULL,
    PRIMARY KEY (media_id, file)
);
CREATE INDEX media_files_of_blob ON media_files (digest);

-- Which messages show it.
CREATE TABLE media_uses (
    stream_id     UUID NOT NULL,
    seq           BIGINT NOT NULL,
    media_id      UUID NOT NULL REFERENCES media (id),
    PRIMARY KEY (stream_id, seq, media_id)
);
CREATE INDEX media_uses_of_media ON media_uses (media_id, stream_id, seq);

-- Media that something used and does not use any more: it is still to be seen whether something else does.
CREATE TABLE released_media (
    number        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    media_id      UUID NOT NULL
);

-- How many bytes each owner's media have, and under the nil UUID all blobs that are stored.
CREATE TABLE media_usage (
    owner_id      UUID PRIMARY KEY,
    bytes         BIGINT NOT NULL
);

ALTER TABLE users ADD COLUMN avatar UUID REFERENCES media (id);
CREATE INDEX users_avatars ON users (avatar) WHERE avatar IS NOT NULL;

CREATE TABLE uploads (
    id            UUID PRIMARY KEY,
    owner_id      UUID NOT NULL REFERENCES users (id),
    bytes         BIGINT NOT NULL,
    received      BIGINT NOT NULL,
    -- How many numbers were given to parts.
    parts         BIGINT NOT NULL,
    kind          SMALLINT,
    mime          TEXT,
    name          TEXT,
    expires_at    BIGINT NOT NULL,
    ended         BOOLEAN NOT NULL
);
CREATE INDEX uploads_of_user ON uploads (owner_id) WHERE NOT ended;
CREATE INDEX uploads_by_end ON uploads (expires_at) WHERE NOT ended;
CREATE INDEX uploads_ended ON uploads (id) WHERE ended;

CREATE TABLE upload_parts (
    upload_id     UUID NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    -- Of its first byte in the upload.
    place         BIGINT NOT NULL,
    no            BIGINT NOT NULL,
    PRIMARY KEY (upload_id, place)
);
