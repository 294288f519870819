-- API keys and bots. Times are microseconds since 1970, scopes are the sum of small numbers (crates/domain/src/scope.rs).

-- Whether an account is a program's.
ALTER TABLE users ADD COLUMN bot INTEGER NOT NULL DEFAULT 0;

CREATE TABLE api_keys (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of its text.
    digest        BLOB NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    scopes        INTEGER NOT NULL,
    bot_id        BLOB REFERENCES users (id),
    by_id         BLOB REFERENCES users (id),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    used_at       INTEGER
) STRICT;
CREATE INDEX api_keys_of_bot ON api_keys (bot_id) WHERE bot_id IS NOT NULL;
CREATE INDEX api_keys_of_user ON api_keys (by_id) WHERE by_id IS NOT NULL;

-- What backends have published, by what they called the request.
CREATE TABLE publications (
    key_number    INTEGER NOT NULL REFERENCES api_keys (number) ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL,
    -- Tells a retry from another use of the same key.
    digest        INTEGER NOT NULL,
    -- Where it stands in the user's own stream.
    seq           INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (key_number, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX publications_by_time ON publications (created_at);
