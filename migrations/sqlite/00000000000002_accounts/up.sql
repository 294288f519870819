-- Accounts: profiles, second steps, proofs, invitations, host applications' users, mail that waits, and counts of what was
-- tried. Times are microseconds since 1970.

-- Only a verified address is unique: email_key is the key of one that is, unproved_key of one that is not.
ALTER TABLE users ADD COLUMN email_verified_at INTEGER;
ALTER TABLE users ADD COLUMN unproved_key TEXT;
ALTER TABLE users ADD COLUMN first_name TEXT;
ALTER TABLE users ADD COLUMN last_name TEXT;
ALTER TABLE users ADD COLUMN about TEXT;
ALTER TABLE users ADD COLUMN locale TEXT;
ALTER TABLE users ADD COLUMN time_zone TEXT;
ALTER TABLE users ADD COLUMN mobile TEXT;
ALTER TABLE users ADD COLUMN show_email INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN show_mobile INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN show_last_seen INTEGER NOT NULL DEFAULT 2;
-- What names begin like, without regard to case; NULL for who is not to be found.
ALTER TABLE users ADD COLUMN name_key TEXT;
ALTER TABLE users ADD COLUMN first_name_key TEXT;
ALTER TABLE users ADD COLUMN last_name_key TEXT;
-- Changes with password and address: proofs of before are void.
ALTER TABLE users ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN mailed_code INTEGER NOT NULL DEFAULT 0;
UPDATE users SET unproved_key = email_key, email_key = NULL, name_key = lower(display_name);
CREATE INDEX users_unproved ON users (unproved_key) WHERE unproved_key IS NOT NULL;
CREATE UNIQUE INDEX users_mobiles ON users (mobile) WHERE mobile IS NOT NULL;
CREATE INDEX users_names ON users (name_key);
CREATE INDEX users_first_names ON users (first_name_key);
CREATE INDEX users_last_names ON users (last_name_key);
CREATE INDEX users_admins ON users (status) WHERE admin;

-- Whether a member has written a message.
ALTER TABLE members ADD COLUMN wrote INTEGER NOT NULL DEFAULT 0;
UPDATE members SET wrote = 1
    FROM (SELECT DISTINCT stream_id, sender_id FROM events WHERE rev IS NOT NULL) AS spoken
    WHERE room_id = spoken.stream_id AND user_id = spoken.sender_id;

-- Sessions that stand for log ins elsewhere: those that were ended are remembered until a day after they expire.
ALTER TABLE sessions ADD COLUMN hosted INTEGER NOT NULL DEFAULT 0;

-- Where people were: an IPv4 address, or the first half of an IPv6 address.
CREATE TABLE places (
    user_id       BLOB NOT NULL REFERENCES users (id),
    network       TEXT NOT NULL,
    seen_at       INTEGER NOT NULL,
    PRIMARY KEY (user_id, network)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_by_time ON places (seen_at);

-- Users of host applications, in those applications' words.
CREATE TABLE host_users (
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    user_id       BLOB NOT NULL UNIQUE REFERENCES users (id),
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

-- Authenticator apps. The last step is NULL until the app is confirmed.
CREATE TABLE apps (
    user_id       BLOB NOT NULL PRIMARY KEY REFERENCES users (id),
    sealed        BLOB NOT NULL,
    last_step     INTEGER,
    -- When it was enrolled, and once it is confirmed, when that was.
    since         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    user_id       BLOB NOT NULL REFERENCES users (id),
    code          BLOB NOT NULL,
    PRIMARY KEY (user_id, code)
) STRICT, WITHOUT ROWID;

-- Log-ins that still need a code. Without a user it is the decoy for a name that nobody has.
CREATE TABLE challenges (
    token         BLOB NOT NULL PRIMARY KEY,
    user_id       BLOB REFERENCES users (id),
    code          BLOB,
    password_shown INTEGER NOT NULL,
    device        TEXT NOT NULL,
    address       TEXT,
    sent          INTEGER NOT NULL,
    sent_at       INTEGER NOT NULL,
    tries         INTEGER NOT NULL,
    met_at        INTEGER,
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX challenges_by_end ON challenges (expires_at);
CREATE INDEX challenges_of_user ON challenges (user_id) WHERE user_id IS NOT NULL;

-- Links that were mailed. Purposes: crates/store/src/code.rs.
CREATE TABLE proofs (
    token         BLOB NOT NULL PRIMARY KEY,
    user_id       BLOB NOT NULL REFERENCES users (id),
    purpose       INTEGER NOT NULL,
    email         TEXT,
    epoch         INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    UNIQUE (user_id, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX proofs_by_end ON proofs (expires_at);

CREATE TABLE invites (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    token         BLOB NOT NULL UNIQUE,
    admin         INTEGER NOT NULL,
    -- Whether it is the one for a server without an administrator.
    first         INTEGER NOT NULL,
    uses          INTEGER NOT NULL,
    by_id         BLOB REFERENCES users (id),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX invites_by_end ON invites (expires_at);
CREATE INDEX invites_of_user ON invites (by_id) WHERE by_id IS NOT NULL;
CREATE INDEX invites_first ON invites (number) WHERE first;

-- Letters that wait. Due at NULL: given up.
CREATE TABLE letters (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Whose account it is about.
    user_id       BLOB REFERENCES users (id),
    email         TEXT NOT NULL,
    name          TEXT NOT NULL,
    locale        TEXT,
    kind          INTEGER NOT NULL,
    sealed        BLOB,
    expires_at    INTEGER,
    detail        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    -- Since when it is tried.
    tried_since   INTEGER NOT NULL,
    due_at        INTEGER,
    put_off       INTEGER NOT NULL,
    why           TEXT
) STRICT;
CREATE INDEX letters_due ON letters (due_at, number);
CREATE INDEX letters_given_up ON letters (tried_since) WHERE due_at IS NULL;
CREATE INDEX letters_of_user ON letters (user_id) WHERE user_id IS NOT NULL;

-- Counts of what was tried.
CREATE TABLE counters (
    name          BLOB NOT NULL PRIMARY KEY,
    count         INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX counters_by_end ON counters (ends_at);

-- What is still to be done for accounts that were deleted: rooms to be left, and messages to be deleted in them.
CREATE TABLE departures (
    user_id       BLOB NOT NULL,
    room_id       BLOB NOT NULL,
    -- Whether what the user wrote there is to be deleted, and up to where it is done.
    messages      INTEGER NOT NULL,
    done_seq      INTEGER NOT NULL,
    -- When the account was deleted.
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;
