-- Status updates. They are erased when they end, with all that belongs to them.

CREATE TABLE statuses (
    number        BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
    id            UUID PRIMARY KEY,
    author_id     UUID NOT NULL REFERENCES users (id),
    author_number BIGINT NOT NULL,
    client_id     TEXT,
    -- Tells a retry from another use of the same client id.
    digest        BIGINT,
    body          TEXT NOT NULL,
    media_id      UUID REFERENCES media (id),
    audience      SMALLINT NOT NULL,
    -- How many have looked.
    views         BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    -- Whether it has gone before its end: nobody sees it any more.
    removed       BOOLEAN NOT NULL,
    -- Whether somebody is still to be told that it was posted or removed.
    telling       BOOLEAN NOT NULL,
    -- The contact up to whom, in the order of their ids, people were told that it was posted.
    told_to       UUID NOT NULL
);
CREATE UNIQUE INDEX statuses_client_ids ON statuses (author_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX statuses_of_author ON statuses (author_id, id);
CREATE INDEX statuses_by_end ON statuses (expires_at);
CREATE INDEX statuses_of_media ON statuses (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX statuses_to_tell ON statuses (number) WHERE telling;

-- Who shall not see it, or who alone shall, as its audience says; until all were told.
CREATE TABLE status_people (
    status_id     UUID NOT NULL REFERENCES statuses (id),
    user_id       UUID NOT NULL,
    PRIMARY KEY (status_id, user_id)
);

-- Who was told of it, and may see it, and whether he has looked.
CREATE TABLE status_views (
    user_id       UUID NOT NULL REFERENCES users (id),
    author_id     UUID NOT NULL,
    status_id     UUID NOT NULL REFERENCES statuses (id),
    user_number   BIGINT NOT NULL,
    viewed_at     BIGINT,
    PRIMARY KEY (user_id, author_id, status_id)
);
CREATE INDEX status_views_of_status ON status_views (status_id, user_id);
CREATE INDEX status_views_done ON status_views (status_id, user_id) WHERE viewed_at IS NOT NULL;
