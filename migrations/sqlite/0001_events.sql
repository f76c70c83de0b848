-- The event log, the instances that write it, and the offices that one instance at a time may hold.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT NOT NULL,
    instance        INTEGER,
    correlation TEXT,
    kind        TEXT NOT NULL,
    body        TEXT NOT NULL
) STRICT;

CREATE TABLE instances (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    host       TEXT NOT NULL,           -- and the port it answers at
    since      TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    present    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX instances_present ON instances (name) WHERE present;
CREATE INDEX instances_gone ON instances (last_seen) WHERE NOT present;

CREATE TABLE leases (
    office     TEXT PRIMARY KEY,
    instance       INTEGER NOT NULL REFERENCES instances (id),
    expires_at TEXT NOT NULL
) STRICT;
