-- What the dialects, other chat APIs, ask of accounts and rooms. Dialects are small numbers (crates/store/src/code.rs).

-- Whether a person is in lists of people, and found by the beginning of a name.
ALTER TABLE users ADD COLUMN discoverable BOOLEAN NOT NULL DEFAULT TRUE;
-- Those who are in lists, in the order of their numbers.
CREATE INDEX users_listed ON users (status, number, id, discoverable, bot) WHERE discoverable AND NOT bot;

-- Addresses by which people log in before they are verified. Nobody claims one that somebody else has verified.
CREATE TABLE claimed_addresses (
    email_key     TEXT PRIMARY KEY,
    user_id       UUID NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE
);

-- The sessions for which stable keys stand. What a key is made of is remembered after its session was forgotten: no counter
-- comes again.
CREATE TABLE dialect_keys (
    user_id       UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    dialect       SMALLINT NOT NULL,
    -- How many sessions went before.
    counter       BIGINT NOT NULL,
    session_id    UUID NOT NULL,
    PRIMARY KEY (user_id, dialect)
);

-- An event is looked up by its number. Blocks of pages, which edits spread over all numbers, do not tell where it is.
DROP INDEX events_by_number;
CREATE UNIQUE INDEX events_by_number ON events (number);

-- Whether a member takes no part in the room where it is shown through the dialect `rooms`. Everywhere else he is a member like
-- others.
ALTER TABLE members ADD COLUMN absent BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX members_absent ON members (room_id, absent) WHERE absent;

-- When the room was made, or its settings or who is in it changed last. Messages do not change it.
ALTER TABLE rooms ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE rooms SET changed_at = created_at;
-- Whether there is a room of this name.
CREATE INDEX rooms_by_name ON rooms (name) WHERE name IS NOT NULL;

-- What dialects call rooms, in which each name is given once, and each room has one.
CREATE TABLE dialect_rooms (
    dialect       SMALLINT NOT NULL,
    name          TEXT NOT NULL,
    room_id       UUID NOT NULL REFERENCES rooms (id),
    PRIMARY KEY (dialect, name),
    UNIQUE (room_id, dialect)
);
