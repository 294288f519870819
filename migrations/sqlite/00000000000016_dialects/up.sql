-- What the dialects, other chat APIs, ask of accounts. Dialects are small numbers (crates/store/src/code.rs).

-- Whether a person is in lists of people, and found by the beginning of a name.
ALTER TABLE users ADD COLUMN discoverable INTEGER NOT NULL DEFAULT 1;
-- Those who are in lists, in the order of their numbers.
CREATE INDEX users_listed ON users (status, number, id, discoverable, bot) WHERE discoverable AND NOT bot;

-- Addresses by which people log in before they are verified. Nobody claims one that somebody else has verified.
CREATE TABLE claimed_addresses (
    email_key     TEXT NOT NULL PRIMARY KEY,
    user_id       BLOB NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The sessions for which stable keys stand. What a key is made of is remembered after its session was forgotten: no counter
-- comes again.
CREATE TABLE dialect_keys (
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    dialect       INTEGER NOT NULL,
    -- How many sessions went before.
    counter       INTEGER NOT NULL,
    session_id    BLOB NOT NULL,
    PRIMARY KEY (user_id, dialect)
) STRICT, WITHOUT ROWID;
