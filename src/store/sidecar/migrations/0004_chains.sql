-- The newest link of each actor's audit chain that was written from here, so that a log whose end was cut is seen.
CREATE TABLE chains (
    actor TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    cut INTEGER NOT NULL DEFAULT 0 -- a link came that should have followed this one and does not: this one stays
) WITHOUT ROWID;
