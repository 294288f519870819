-- What came from older servers, so that nothing comes twice. Dialects and models are small numbers (crates/store/src/code.rs).

CREATE TABLE import_origins (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What it spoke, and how the operator calls it.
    dialect       INTEGER NOT NULL,
    name          TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    UNIQUE (dialect, name)
) STRICT;

CREATE TABLE imports (
    origin_number INTEGER NOT NULL REFERENCES import_origins (number),
    model         INTEGER NOT NULL,
    -- The primary key there.
    key           TEXT NOT NULL,
    -- The account, room or list that it became. A message is in its room.
    id            BLOB,
    -- Tells it from another server's thing of the same key.
    print         INTEGER,
    PRIMARY KEY (origin_number, model, key)
) STRICT, WITHOUT ROWID;

-- Stable keys that older servers have given, by SHA-256 of their text. A key goes with its session.
CREATE TABLE imported_keys (
    dialect       INTEGER NOT NULL,
    digest        BLOB NOT NULL,
    session_id    BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    PRIMARY KEY (dialect, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX imported_keys_of_session ON imported_keys (session_id);
