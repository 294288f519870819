-- Logging in through the dialect `messenger`: by a register id, and a code that is mailed.

-- What is kept of register ids. A person has one that is good, and perhaps one that waits until it is used for the first time.
CREATE TABLE register_ids (
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    waits         INTEGER NOT NULL,
    -- Until when it waits.
    waits_until   INTEGER,
    digest        BLOB NOT NULL UNIQUE,
    PRIMARY KEY (user_id, waits)
) STRICT, WITHOUT ROWID;

-- The last code of each person.
CREATE TABLE log_in_codes (
    user_id       BLOB NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    code          BLOB NOT NULL,
    -- When the log in began that it completes.
    begun_at      INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    -- How many were sent since one was entered, and when the last one was.
    sent          INTEGER NOT NULL,
    sent_at       INTEGER NOT NULL,
    tries         INTEGER NOT NULL,
    used_at       INTEGER
) STRICT, WITHOUT ROWID;
