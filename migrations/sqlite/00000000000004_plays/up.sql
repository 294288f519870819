-- Voice messages that were played, and the end of uploads.

-- Who has played which voice message of somebody else.
CREATE TABLE plays (
    stream_id     BLOB NOT NULL,
    seq           INTEGER NOT NULL,
    user_id       BLOB NOT NULL,
    user_number   INTEGER NOT NULL,
    played_at     INTEGER NOT NULL,
    PRIMARY KEY (stream_id, seq, user_id)
) STRICT, WITHOUT ROWID;

-- When the parts of an upload that has ended are to be taken away: at once, and once more when it is forgotten, for what was on
-- its way.
ALTER TABLE uploads ADD COLUMN care_at INTEGER;
UPDATE uploads SET care_at = 0 WHERE ended;
DROP INDEX uploads_ended;
DROP INDEX uploads_of_user;
CREATE INDEX uploads_of_user ON uploads (owner_id);
CREATE INDEX uploads_care ON uploads (care_at) WHERE care_at IS NOT NULL;
