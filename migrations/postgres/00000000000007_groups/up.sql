-- What admins decide about rooms: who may write and bring people in, links, requests to come in, and who is kept out or may not
-- write. Times are microseconds since 1970, enums are small numbers (crates/store/src/code.rs).

ALTER TABLE rooms ADD COLUMN posting SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE rooms ADD COLUMN adding SMALLINT NOT NULL DEFAULT 2;
ALTER TABLE rooms ADD COLUMN slow_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN avatar UUID REFERENCES media (id);
CREATE INDEX rooms_avatars ON rooms (avatar) WHERE avatar IS NOT NULL;

-- When a member last wrote, in the place of whether he ever did.
ALTER TABLE members ADD COLUMN posted_at BIGINT;
UPDATE members SET posted_at = 0 WHERE wrote;
ALTER TABLE members DROP COLUMN wrote;
-- Until when a member may not write.
ALTER TABLE members ADD COLUMN muted_until BIGINT;
-- Of what a member wants to be notified, and until when of nothing.
ALTER TABLE members ADD COLUMN notify SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE members ADD COLUMN quiet_until BIGINT;
-- The event of the member's own stream that last changed that, or by which he joined.
ALTER TABLE members ADD COLUMN notify_seq BIGINT NOT NULL DEFAULT 0;

CREATE TABLE room_links (
    code          TEXT NOT NULL PRIMARY KEY,
    room_id       UUID NOT NULL REFERENCES rooms (id),
    by_id         UUID NOT NULL REFERENCES users (id),
    by_number     BIGINT NOT NULL,
    approval      BOOLEAN NOT NULL,
    used          BIGINT NOT NULL,
    uses          BIGINT,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT
);
CREATE INDEX room_links_of_room ON room_links (room_id, created_at);

CREATE TABLE join_requests (
    room_id       UUID NOT NULL REFERENCES rooms (id),
    user_id       UUID NOT NULL REFERENCES users (id),
    user_number   BIGINT NOT NULL,
    note          TEXT,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (room_id, user_id)
);
CREATE INDEX join_requests_of_user ON join_requests (user_id, room_id);

-- Who is kept out of a room, and until when somebody may not write there, whether he is in it or not.
CREATE TABLE sanctions (
    room_id       UUID NOT NULL REFERENCES rooms (id),
    user_id       UUID NOT NULL REFERENCES users (id),
    banned_at     BIGINT,
    banned_by     UUID REFERENCES users (id),
    muted_until   BIGINT,
    PRIMARY KEY (room_id, user_id)
);
CREATE INDEX sanctions_bans ON sanctions (room_id, user_id) WHERE banned_at IS NOT NULL;
CREATE INDEX sanctions_of_user ON sanctions (user_id);

-- Who looks after a room.
CREATE INDEX members_hosts ON members (room_id) WHERE role > 1;
