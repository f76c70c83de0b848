-- Accounts, their keys and friends, every call the board has answered, and what the sysop did.
CREATE TABLE users (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle       TEXT NOT NULL,
    folded       TEXT NOT NULL UNIQUE,   -- the handle without case: how it is found
    skeleton     TEXT NOT NULL UNIQUE,   -- the handle as it looks: two that look alike have one skeleton
    password     TEXT NOT NULL,          -- PHC string
    display_name TEXT NOT NULL,
    location     TEXT NOT NULL,
    bio          TEXT NOT NULL,
    interests    TEXT NOT NULL,
    level        BIGINT NOT NULL,
    flags        JSONB NOT NULL,
    sysop        BOOLEAN NOT NULL,
    banned       BOOLEAN NOT NULL,
    calls        BIGINT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    last_call_at TIMESTAMPTZ
);

-- There is always one at least.
CREATE INDEX users_sysops ON users (id) WHERE sysop AND NOT banned;

CREATE TABLE ssh_keys (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id  BIGINT NOT NULL REFERENCES users (id),
    kind     TEXT NOT NULL,
    blob     BYTEA NOT NULL,
    comment  TEXT NOT NULL,
    added_at TIMESTAMPTZ NOT NULL,
    UNIQUE (user_id, blob)
);

CREATE TABLE friends (
    user_id   BIGINT NOT NULL REFERENCES users (id),
    friend_id BIGINT NOT NULL REFERENCES users (id),
    folded    TEXT NOT NULL,         -- the friend's handle, by which the list is in order
    since     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, friend_id),
    UNIQUE (user_id, folded)
);
CREATE INDEX friends_of ON friends (friend_id);

-- A call outlives its instance's row and its caller's account, so it refers to neither by key.
CREATE TABLE calls (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instance         BIGINT NOT NULL,
    node         BIGINT NOT NULL,
    transport    TEXT NOT NULL,
    peer         TEXT NOT NULL,
    columns      BIGINT NOT NULL,
    rows         BIGINT NOT NULL,
    place        TEXT NOT NULL,
    user_id      BIGINT,                -- 0 is the guest
    handle       TEXT,
    number       BIGINT,                -- the board's nth call, given at log-in
    answered_at  TIMESTAMPTZ NOT NULL,
    logged_in_at TIMESTAMPTZ,
    ended_at     TIMESTAMPTZ,
    lost         BOOLEAN NOT NULL,       -- ended because its instance fell silent
    call_key     UUID NOT NULL UNIQUE    -- made by the session: a call is written down once
);
CREATE INDEX calls_open ON calls (instance) WHERE ended_at IS NULL;
-- Who's online, in the order of the log-ins, and whether somebody is.
CREATE INDEX calls_online ON calls (number) WHERE ended_at IS NULL;
CREATE INDEX calls_of ON calls (user_id) WHERE ended_at IS NULL;
CREATE INDEX calls_lost ON calls (instance) WHERE lost;
CREATE INDEX calls_last ON calls (logged_in_at) WHERE logged_in_at IS NOT NULL AND user_id <> 0;
-- Guests, and those who never logged in, are forgotten sooner than callers with an account.
CREATE INDEX calls_passing ON calls (ended_at) WHERE user_id IS NULL OR user_id = 0;
CREATE INDEX calls_over ON calls (ended_at) WHERE user_id <> 0;

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('calls', 0);

CREATE TABLE audit (
    id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     TIMESTAMPTZ NOT NULL,
    instance   BIGINT,
    actor  BIGINT,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);
