-- API keys and bots. Times are microseconds since 1970, scopes are the sum of small numbers (crates/domain/src/scope.rs).

-- Whether an account is a program's.
ALTER TABLE users ADD COLUMN bot BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE api_keys (
    number        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- SHA-256 of its text.
    digest        BYTEA NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    scopes        SMALLINT NOT NULL,
    bot_id        UUID REFERENCES users (id),
    by_id         UUID REFERENCES users (id),
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,
    used_at       BIGINT
);
CREATE INDEX api_keys_of_bot ON api_keys (bot_id) WHERE bot_id IS NOT NULL;
CREATE INDEX api_keys_of_user ON api_keys (by_id) WHERE by_id IS NOT NULL;

-- What backends have published, by what they called the request.
CREATE TABLE publications (
    key_number    BIGINT NOT NULL REFERENCES api_keys (number) ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL,
    -- Tells a retry from another use of the same key.
    digest        BIGINT NOT NULL,
    -- Where it stands in the user's own stream.
    seq           BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (key_number, idempotency_key)
);
CREATE INDEX publications_by_time ON publications (created_at);
