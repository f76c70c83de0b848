-- Messaging owns these tables. User ids point into the users service: no foreign key crosses that line,
-- and the author's handle is kept as it was when the message was written.

CREATE TABLE boards (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    read_level BIGINT NOT NULL,
    post_level BIGINT NOT NULL,
    read_only BOOLEAN NOT NULL,
    message_count BIGINT NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    last_post_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX boards_by_level ON boards (read_level);

CREATE TABLE threads (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    board_id BIGINT NOT NULL REFERENCES boards (id),
    subject TEXT NOT NULL,
    author_id BIGINT NOT NULL,
    author_handle TEXT NOT NULL,
    message_count BIGINT NOT NULL CHECK (message_count >= 1),
    last_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX threads_by_activity ON threads (board_id, last_at, id);

CREATE TABLE messages (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    board_id BIGINT NOT NULL,
    number BIGINT NOT NULL CHECK (number >= 1),
    author_id BIGINT NOT NULL,
    author_handle TEXT NOT NULL,
    body TEXT NOT NULL,
    posted_at TIMESTAMPTZ NOT NULL,
    reply_to BIGINT,
    post_key UUID,
    UNIQUE (thread_id, number)
);
CREATE UNIQUE INDEX messages_once ON messages (author_id, post_key) WHERE post_key IS NOT NULL;

-- What a caller is writing, as it was last saved; it goes when its key is posted.
CREATE TABLE drafts (
    user_id BIGINT NOT NULL,
    post_key UUID NOT NULL,
    board_id BIGINT NOT NULL,
    reply_to BIGINT,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, post_key)
);

-- How far a caller has read. `was_read` is the pointer before its last move, so that one statement can move
-- it and tell by how much.
CREATE TABLE thread_reads (
    user_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL,
    read_number BIGINT NOT NULL,
    was_read BIGINT NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    CHECK (was_read >= 0 AND read_number > was_read)
);
-- The sum of read_number over the threads of one board.
CREATE TABLE board_reads (
    user_id BIGINT NOT NULL,
    board_id BIGINT NOT NULL,
    messages_read BIGINT NOT NULL CHECK (messages_read >= 0),
    PRIMARY KEY (user_id, board_id)
);

CREATE TABLE pages (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_id BIGINT NOT NULL,
    from_handle TEXT NOT NULL,
    to_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    sent_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ
);
CREATE INDEX pages_by_recipient ON pages (to_id, id);
CREATE INDEX pages_unseen ON pages (to_id, id) WHERE seen_at IS NULL;
CREATE INDEX pages_seen ON pages (seen_at) WHERE seen_at IS NOT NULL;
