-- Whose memory this is, for people.
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- How each worker beats and works: the state of the estimators, as JSON.
CREATE TABLE rhythms (
    conversation TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL, -- microseconds since 1970, of the newest sample
    state TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX rhythms_seen ON rhythms (seen_at);
