-- The event log, the instances that write it, and the offices that one instance at a time may hold.
-- The log's sequence hands out one number at a time (CACHE 1, the default): readers of the log rely on it.
CREATE TABLE events (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          TIMESTAMPTZ NOT NULL,
    instance        BIGINT,
    correlation TEXT,
    kind        TEXT NOT NULL,
    body        JSONB NOT NULL
);

CREATE TABLE instances (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       TEXT NOT NULL,
    host       TEXT NOT NULL,           -- and the port it answers at
    since      TIMESTAMPTZ NOT NULL,
    last_seen  TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    present    BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX instances_present ON instances (name) WHERE present;
CREATE INDEX instances_gone ON instances (last_seen) WHERE NOT present;

CREATE TABLE leases (
    office     TEXT PRIMARY KEY,
    instance       BIGINT NOT NULL REFERENCES instances (id),
    expires_at TIMESTAMPTZ NOT NULL
);
