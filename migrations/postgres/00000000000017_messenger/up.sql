-- Logging in through the dialect `messenger`: by a register id, and a code that is mailed.

-- What is kept of register ids. A person has one that is good, and perhaps one that waits until it is used for the first time.
CREATE TABLE register_ids (
    user_id       UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    waits         BOOLEAN NOT NULL,
    -- Until when it waits.
    waits_until   BIGINT,
    digest        BYTEA NOT NULL UNIQUE,
    PRIMARY KEY (user_id, waits)
);

-- The last code of each person.
CREATE TABLE log_in_codes (
    user_id       UUID PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    code          BYTEA NOT NULL,
    -- When the log in began that it completes.
    begun_at      BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    -- How many were sent since one was entered, and when the last one was.
    sent          INTEGER NOT NULL,
    sent_at       BIGINT NOT NULL,
    tries         INTEGER NOT NULL,
    used_at       BIGINT
);
