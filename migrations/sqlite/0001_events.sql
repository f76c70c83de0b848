-- The event log, the nodes that write it, and the offices that one node at a time may hold.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT NOT NULL,
    node        INTEGER,
    correlation TEXT,
    kind        TEXT NOT NULL,
    body        TEXT NOT NULL
) STRICT;

CREATE TABLE nodes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    host       TEXT NOT NULL,           -- and the port it answers at
    since      TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    present    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX nodes_present ON nodes (name) WHERE present;

CREATE TABLE leases (
    office     TEXT PRIMARY KEY,
    node       INTEGER NOT NULL REFERENCES nodes (id),
    expires_at TEXT NOT NULL
) STRICT;
