-- The book of alerts: who has what, what is silenced, what was sent. One row, as JSON.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    kept_at INTEGER NOT NULL, -- microseconds since 1970
    book TEXT NOT NULL
);
