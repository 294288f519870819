-- Who learns whether somebody is there, and what he has read.

-- To whom an account shows whether its person is there: 1 nobody, 2 contacts, 3 everyone.
ALTER TABLE users ADD COLUMN show_presence SMALLINT NOT NULL DEFAULT 3;
-- Whether nobody learns what the person has read, played and looked at, nor the person of others.
ALTER TABLE users ADD COLUMN private BOOLEAN NOT NULL DEFAULT FALSE;

-- How far the others know that a member has read.
ALTER TABLE members ADD COLUMN shown_read BIGINT NOT NULL DEFAULT 0;
UPDATE members SET shown_read = read_seq;
-- The rev of the member's own stream under which his mark last moved where only he sees it: in channels and in private mode.
ALTER TABLE members ADD COLUMN own_rev BIGINT NOT NULL DEFAULT 0;
UPDATE members SET own_rev = rev, rev = 0 WHERE room_id IN (SELECT id FROM rooms WHERE kind = 3);

-- Whether it happened in private mode.
ALTER TABLE plays ADD COLUMN private BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE status_views ADD COLUMN private BOOLEAN NOT NULL DEFAULT FALSE;
-- Those who have looked at a status, as its author knows.
DROP INDEX status_views_done;
CREATE INDEX status_views_done ON status_views (status_id, user_id) WHERE viewed_at IS NOT NULL AND NOT private;
