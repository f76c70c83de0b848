-- The event log, the nodes that write it, and the offices that one node at a time may hold.
-- The log's sequence hands out one number at a time (CACHE 1, the default): readers of the log rely on it.
CREATE TABLE events (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          TIMESTAMPTZ NOT NULL,
    node        BIGINT,
    correlation TEXT,
    kind        TEXT NOT NULL,
    body        JSONB NOT NULL
);

CREATE TABLE nodes (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       TEXT NOT NULL,
    host       TEXT NOT NULL,           -- and the port it answers at
    since      TIMESTAMPTZ NOT NULL,
    last_seen  TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    present    BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX nodes_present ON nodes (name) WHERE present;

CREATE TABLE leases (
    office     TEXT PRIMARY KEY,
    node       BIGINT NOT NULL REFERENCES nodes (id),
    expires_at TIMESTAMPTZ NOT NULL
);
