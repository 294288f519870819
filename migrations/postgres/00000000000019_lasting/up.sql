-- What the dialect `messenger` asks of statuses and mobile numbers.

-- Whether a status stays until its author takes it back, or shows another that stays in its place.
ALTER TABLE statuses ADD COLUMN lasting BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX statuses_lasting ON statuses (author_id) WHERE lasting AND NOT removed;

-- Whether who knows the whole number finds the person by it, though it is not shown to all.
ALTER TABLE users ADD COLUMN found_by_mobile BOOLEAN NOT NULL DEFAULT FALSE;
