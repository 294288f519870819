-- What the dialect `messenger` asks of broadcast lists, which it shows beside rooms.

-- What dialects call broadcast lists, and by which numbers they know them: each name is given once, to a room or to a list, and each
-- list has one. Dialects are small numbers (crates/store/src/code.rs).
CREATE TABLE dialect_lists (
    dialect       SMALLINT NOT NULL,
    name          TEXT NOT NULL,
    list_id       UUID NOT NULL REFERENCES broadcast_lists (id),
    -- Drawn from the numbers of rooms, so that no room has it.
    number        BIGINT NOT NULL UNIQUE,
    PRIMARY KEY (dialect, name),
    UNIQUE (list_id, dialect)
);
