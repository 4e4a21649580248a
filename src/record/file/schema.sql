CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- Times without a gap, in milliseconds.
CREATE TABLE sections(id INTEGER PRIMARY KEY, began INTEGER NOT NULL, until INTEGER NOT NULL);
-- States to start from.
CREATE TABLE stills(at INTEGER PRIMARY KEY, life INTEGER NOT NULL, state BLOB NOT NULL);
-- Heads of messages, in blocks; a life ends when a backup of the bridge is restored.
CREATE TABLE heads(life INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, at INTEGER NOT NULL, list BLOB NOT NULL, PRIMARY KEY(life, first)) WITHOUT ROWID;
CREATE TABLE who(id INTEGER PRIMARY KEY, conversation TEXT NOT NULL UNIQUE);
-- One worker's hour; worker 0 is the swarm.
CREATE TABLE blocks(hour INTEGER NOT NULL, who INTEGER NOT NULL, list BLOB NOT NULL, PRIMARY KEY(hour, who)) WITHOUT ROWID;
-- The hour that is not over, as it came.
CREATE TABLE tail(id INTEGER PRIMARY KEY, life INTEGER NOT NULL, list BLOB NOT NULL);
CREATE TABLE troubles(id INTEGER PRIMARY KEY, since INTEGER NOT NULL, until INTEGER, severity INTEGER NOT NULL, what TEXT NOT NULL);
