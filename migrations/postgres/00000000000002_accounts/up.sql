-- Accounts: profiles, second steps, proofs, invitations, host applications' users, mail that waits, and counts of what was
-- tried. Times are microseconds since 1970.

-- Only a verified address is unique: email_key is the key of one that is, unproved_key of one that is not.
ALTER TABLE users ADD COLUMN email_verified_at BIGINT;
ALTER TABLE users ADD COLUMN unproved_key TEXT;
ALTER TABLE users ADD COLUMN first_name TEXT;
ALTER TABLE users ADD COLUMN last_name TEXT;
ALTER TABLE users ADD COLUMN about TEXT;
ALTER TABLE users ADD COLUMN locale TEXT;
ALTER TABLE users ADD COLUMN time_zone TEXT;
ALTER TABLE users ADD COLUMN mobile TEXT;
ALTER TABLE users ADD COLUMN show_email SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN show_mobile SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN show_last_seen SMALLINT NOT NULL DEFAULT 2;
-- What names begin like, without regard to case; NULL for who is not to be found.
ALTER TABLE users ADD COLUMN name_key TEXT COLLATE "C";
ALTER TABLE users ADD COLUMN first_name_key TEXT COLLATE "C";
ALTER TABLE users ADD COLUMN last_name_key TEXT COLLATE "C";
-- Changes with password and address: proofs of before are void.
ALTER TABLE users ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN mailed_code BOOLEAN NOT NULL DEFAULT false;
-- Its order is that of its bytes, so that beginnings are ranges.
ALTER TABLE users ALTER COLUMN username_key TYPE TEXT COLLATE "C";
UPDATE users SET unproved_key = email_key, email_key = NULL, name_key = lower(display_name);
CREATE INDEX users_unproved ON users (unproved_key) WHERE unproved_key IS NOT NULL;
CREATE UNIQUE INDEX users_mobiles ON users (mobile) WHERE mobile IS NOT NULL;
CREATE INDEX users_names ON users (name_key);
CREATE INDEX users_first_names ON users (first_name_key);
CREATE INDEX users_last_names ON users (last_name_key);
CREATE INDEX users_admins ON users (status) WHERE admin;

-- Whether a member has written a message.
ALTER TABLE members ADD COLUMN wrote BOOLEAN NOT NULL DEFAULT false;
UPDATE members SET wrote = true
    FROM (SELECT DISTINCT stream_id, sender_id FROM events WHERE rev IS NOT NULL) AS spoken
    WHERE room_id = spoken.stream_id AND user_id = spoken.sender_id;

-- Sessions that stand for log ins elsewhere: those that were ended are remembered until a day after they expire.
ALTER TABLE sessions ADD COLUMN hosted BOOLEAN NOT NULL DEFAULT false;

-- Where people were: an IPv4 address, or the first half of an IPv6 address.
CREATE TABLE places (
    user_id       UUID NOT NULL REFERENCES users (id),
    network       TEXT NOT NULL,
    seen_at       BIGINT NOT NULL,
    PRIMARY KEY (user_id, network)
);
CREATE INDEX places_by_time ON places (seen_at);

-- Users of host applications, in those applications' words.
CREATE TABLE host_users (
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    user_id       UUID NOT NULL UNIQUE REFERENCES users (id),
    PRIMARY KEY (issuer, subject)
);

-- Authenticator apps. The last step is NULL until the app is confirmed.
CREATE TABLE apps (
    user_id       UUID PRIMARY KEY REFERENCES users (id),
    sealed        BYTEA NOT NULL,
    last_step     BIGINT,
    -- When it was enrolled, and once it is confirmed, when that was.
    since         BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    user_id       UUID NOT NULL REFERENCES users (id),
    code          BYTEA NOT NULL,
    PRIMARY KEY (user_id, code)
);

-- Log-ins that still need a code. Without a user it is the decoy for a name that nobody has.
CREATE TABLE challenges (
    token         BYTEA PRIMARY KEY,
    user_id       UUID REFERENCES users (id),
    code          BYTEA,
    password_shown BOOLEAN NOT NULL,
    device        TEXT NOT NULL,
    address       TEXT,
    sent          INTEGER NOT NULL,
    sent_at       BIGINT NOT NULL,
    tries         INTEGER NOT NULL,
    met_at        BIGINT,
    expires_at    BIGINT NOT NULL
);
CREATE INDEX challenges_by_end ON challenges (expires_at);
CREATE INDEX challenges_of_user ON challenges (user_id) WHERE user_id IS NOT NULL;

-- Links that were mailed. Purposes: crates/store/src/code.rs.
CREATE TABLE proofs (
    token         BYTEA PRIMARY KEY,
    user_id       UUID NOT NULL REFERENCES users (id),
    purpose       SMALLINT NOT NULL,
    email         TEXT,
    epoch         BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    UNIQUE (user_id, purpose)
);
CREATE INDEX proofs_by_end ON proofs (expires_at);

CREATE TABLE invites (
    number        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token         BYTEA NOT NULL UNIQUE,
    admin         BOOLEAN NOT NULL,
    -- Whether it is the one for a server without an administrator.
    first         BOOLEAN NOT NULL,
    uses          INTEGER NOT NULL,
    by_id         UUID REFERENCES users (id),
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL
);
CREATE INDEX invites_by_end ON invites (expires_at);
CREATE INDEX invites_of_user ON invites (by_id) WHERE by_id IS NOT NULL;
CREATE INDEX invites_first ON invites (number) WHERE first;

-- Letters that wait. Due at NULL: given up.
CREATE TABLE letters (
    number        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Whose account it is about.
    user_id       UUID REFERENCES users (id),
    email         TEXT NOT NULL,
    name          TEXT NOT NULL,
    locale        TEXT,
    kind          SMALLINT NOT NULL,
    sealed        BYTEA,
    expires_at    BIGINT,
    detail        TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    -- Since when it is tried.
    tried_since   BIGINT NOT NULL,
    due_at        BIGINT,
    put_off       INTEGER NOT NULL,
    why           TEXT
);
CREATE INDEX letters_due ON letters (due_at, number);
CREATE INDEX letters_given_up ON letters (tried_since) WHERE due_at IS NULL;
CREATE INDEX letters_of_user ON letters (user_id) WHERE user_id IS NOT NULL;

-- Counts of what was tried.
CREATE TABLE counters (
    name          BYTEA PRIMARY KEY,
    count         INTEGER NOT NULL,
    ends_at       BIGINT NOT NULL
);
CREATE INDEX counters_by_end ON counters (ends_at);

-- What is still to be done for accounts that were deleted: rooms to be left, and messages to be deleted in them.
CREATE TABLE departures (
    user_id       UUID NOT NULL,
    room_id       UUID NOT NULL,
    -- Whether what the user wrote there is to be deleted, and up to where it is done.
    messages      BOOLEAN NOT NULL,
    done_seq      BIGINT NOT NULL,
    -- When the account was deleted.
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, room_id)
);
