-- The highest generation of every task that was ever seen: the bridge's cleanup may delete the row that made it.
CREATE TABLE generations (
    task TEXT PRIMARY KEY,
    generation INTEGER NOT NULL
) WITHOUT ROWID;
