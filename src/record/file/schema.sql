CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- Times without a gap, in milliseconds.
CREATE TABLE sections(id INTEGER PRIMARY KEY, began INTEGER NOT NULL, until INTEGER NOT NULL);
-- States to start from: what each changes in a base, which is a whole state.
CREATE TABLE bases(id INTEGER PRIMARY KEY, state BLOB NOT NULL);
CREATE TABLE stills(at INTEGER PRIMARY KEY, life INTEGER NOT NULL, base INTEGER NOT NULL, list BLOB NOT NULL);
-- Heads of messages, in blocks; a life ends when a backup of the bridge is restored.
CREATE TABLE heads(life INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, at INTEGER NOT NULL, list BLOB NOT NULL, PRIMARY KEY(life, first)) WITHOUT ROWID;
CREATE TABLE who(id INTEGER PRIMARY KEY, conversation TEXT NOT NULL UNIQUE);
-- An hour that is over: what came of the swarm, and a block of each worker, by its number in who.
CREATE TABLE hours(hour INTEGER PRIMARY KEY, swarm BLOB NOT NULL, workers BLOB NOT NULL);
-- The hour that is not over, as it came.
CREATE TABLE tail(id INTEGER PRIMARY KEY, life INTEGER NOT NULL, list BLOB NOT NULL);
CREATE TABLE troubles(id INTEGER PRIMARY KEY, since INTEGER NOT NULL, until INTEGER, severity INTEGER NOT NULL, what TEXT NOT NULL);
