-- Contacts, requests to become one, and blocks. Times are microseconds since 1970, enums are small numbers
-- (crates/store/src/code.rs).

-- Whom one has added, and what one calls him.
CREATE TABLE contacts (
    user_id       UUID NOT NULL REFERENCES users (id),
    contact_id    UUID NOT NULL REFERENCES users (id),
    name          TEXT,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, contact_id)
);
CREATE INDEX contacts_of_others ON contacts (contact_id, user_id);

-- Who has asked whom. A request that was declined stays, and goes on waiting in the eyes of who has made it: it is forgotten when
-- he has taken it back, and could make it again.
CREATE TABLE contact_requests (
    user_id       UUID NOT NULL REFERENCES users (id),
    from_id       UUID NOT NULL REFERENCES users (id),
    note          TEXT,
    created_at    BIGINT NOT NULL,
    declined_at   BIGINT,
    withdrawn     BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, from_id)
);
CREATE INDEX contact_requests_sent ON contact_requests (from_id, user_id);
CREATE INDEX contact_requests_over ON contact_requests (declined_at) WHERE withdrawn;

-- Who has blocked whom.
CREATE TABLE blocks (
    user_id       UUID NOT NULL REFERENCES users (id),
    blocked_id    UUID NOT NULL REFERENCES users (id),
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
);
CREATE INDEX blocks_of_others ON blocks (blocked_id, user_id);

-- Who may open a direct room with somebody and add him to groups.
ALTER TABLE users ADD COLUMN reach SMALLINT NOT NULL DEFAULT 3;

-- Whether a block keeps a member of a direct room from writing there: 0 for no, 1 if the other one has blocked him, 2 if he has
-- blocked the other one, 3 for both.
ALTER TABLE members ADD COLUMN barred SMALLINT NOT NULL DEFAULT 0;
