-- Status updates. They are erased when they end, with all that belongs to them.

CREATE TABLE statuses (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB NOT NULL UNIQUE,
    author_id     BLOB NOT NULL REFERENCES users (id),
    author_number INTEGER NOT NULL,
    client_id     TEXT,
    -- Tells a retry from another use of the same client id.
    digest        INTEGER,
    body          TEXT NOT NULL,
    media_id      BLOB REFERENCES media (id),
    audience      INTEGER NOT NULL,
    -- How many have looked.
    views         INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    -- Whether it has gone before its end: nobody sees it any more.
    removed       INTEGER NOT NULL,
    -- Whether somebody is still to be told that it was posted or removed.
    telling       INTEGER NOT NULL,
    -- The contact up to whom, in the order of their ids, people were told that it was posted.
    told_to       BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX statuses_client_ids ON statuses (author_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX statuses_of_author ON statuses (author_id, id);
CREATE INDEX statuses_by_end ON statuses (expires_at);
CREATE INDEX statuses_of_media ON statuses (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX statuses_to_tell ON statuses (number) WHERE telling;

-- Who shall not see it, or who alone shall, as its audience says; until all were told.
CREATE TABLE status_people (
    status_id     BLOB NOT NULL REFERENCES statuses (id),
    user_id       BLOB NOT NULL,
    PRIMARY KEY (status_id, user_id)
) STRICT, WITHOUT ROWID;

-- Who was told of it, and may see it, and whether he has looked.
CREATE TABLE status_views (
    user_id       BLOB NOT NULL REFERENCES users (id),
    author_id     BLOB NOT NULL,
    status_id     BLOB NOT NULL REFERENCES statuses (id),
    user_number   INTEGER NOT NULL,
    viewed_at     INTEGER,
    PRIMARY KEY (user_id, author_id, status_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX status_views_of_status ON status_views (status_id, user_id);
CREATE INDEX status_views_done ON status_views (status_id, user_id) WHERE viewed_at IS NOT NULL;
