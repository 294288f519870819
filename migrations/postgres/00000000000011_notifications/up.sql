-- Mentions, and what people are notified of. Times are microseconds since 1970, enums are small numbers
-- (crates/store/src/code.rs).

-- Of messages: whom they mention, as JSON, and whether all members of the room.
ALTER TABLE events ADD COLUMN mentions TEXT;
ALTER TABLE events ADD COLUMN mentions_all BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX events_to_all ON events (stream_id, created_at) WHERE mentions_all;

-- In a direct room: who the other one is.
ALTER TABLE members ADD COLUMN peer_id UUID;
UPDATE members SET peer_id = CASE WHEN user_id = low_id THEN high_id ELSE low_id END
    FROM directs WHERE directs.room_id = members.room_id;

-- Messages of which somebody is still to be notified: the other one of a direct room, or those who are named.
CREATE TABLE waiting_notices (
    room_id       UUID NOT NULL,
    seq           BIGINT NOT NULL,
    peer_id       UUID,
    due_at        BIGINT NOT NULL,
    PRIMARY KEY (room_id, seq)
);
CREATE INDEX waiting_notices_by_time ON waiting_notices (due_at);

-- Which events of people's own streams notify them.
CREATE TABLE notifications (
    user_id       UUID NOT NULL REFERENCES users (id),
    seq           BIGINT NOT NULL,
    kind          SMALLINT NOT NULL,
    -- Who has caused it.
    actor_id      UUID,
    room_id       UUID,
    -- The message that it is about.
    target        BIGINT,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, seq)
);
CREATE INDEX notifications_in_time ON notifications (user_id, created_at, seq);
CREATE INDEX notifications_of_room ON notifications (user_id, room_id, target) WHERE room_id IS NOT NULL;
CREATE INDEX notifications_by_time ON notifications (created_at);

-- What people have seen of it: events of their own streams up to one, and messages to all up to a time.
CREATE TABLE notification_marks (
    user_id       UUID NOT NULL PRIMARY KEY REFERENCES users (id),
    up_to         BIGINT NOT NULL,
    until         BIGINT NOT NULL
);
