-- Messaging owns these tables. User ids point into the users service: no foreign key crosses that line,
-- and the author's handle is kept as it was when the message was written.

-- `message_count` is what stands on the board, `last_number` the last number given: what is deleted keeps its own.
CREATE TABLE boards (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    read_rule TEXT NOT NULL,   -- who may, in the access language
    post_rule TEXT NOT NULL,
    message_count BIGINT NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    last_number BIGINT NOT NULL DEFAULT 0 CHECK (last_number >= message_count),
    last_post_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);

-- As on boards; `last_board_number` is that of the thread's last message, and so the order of activity.
CREATE TABLE threads (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    board_id BIGINT NOT NULL REFERENCES boards (id),
    subject TEXT NOT NULL,
    author_id BIGINT NOT NULL,
    author_handle TEXT NOT NULL,
    message_count BIGINT NOT NULL CHECK (message_count >= 0),
    last_number BIGINT NOT NULL CHECK (last_number >= message_count),
    last_board_number BIGINT NOT NULL,
    last_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX threads_by_activity ON threads (board_id, last_board_number);

-- `number` is a message's place in its thread, `board_number` its place on the board; both run from 1 without a gap, in
-- the order of commits. What is deleted stays as a row that nobody reads.
CREATE TABLE messages (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    board_id BIGINT NOT NULL,
    number BIGINT NOT NULL CHECK (number >= 1),
    board_number BIGINT NOT NULL CHECK (board_number >= 1),
    author_id BIGINT NOT NULL,
    author_handle TEXT NOT NULL,
    body TEXT NOT NULL,
    posted_at TIMESTAMPTZ NOT NULL,
    reply_to BIGINT,
    post_key UUID,
    deleted BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (thread_id, number),
    UNIQUE (thread_id, board_number)
);
CREATE INDEX messages_by_date ON messages (board_id, posted_at, board_number);
CREATE INDEX messages_by_author ON messages (author_id, posted_at);
CREATE INDEX messages_by_reply_to ON messages (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX messages_deleted_on_board ON messages (board_id, board_number) WHERE deleted;
CREATE INDEX messages_deleted_in_thread ON messages (thread_id, board_number) WHERE deleted;
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

-- How many messages of each author stand on the boards.
CREATE TABLE authors (
    user_id BIGINT PRIMARY KEY,
    posts BIGINT NOT NULL CHECK (posts >= 0)
);

-- How far a caller has read: on each board everything up to `read_to`, a number of the board, and beyond that as many
-- messages as `read_beyond` says, which `thread_reads` names. A caller without a row has read what was there when their
-- account was made.
CREATE TABLE board_reads (
    user_id BIGINT NOT NULL,
    board_id BIGINT NOT NULL,
    read_to BIGINT NOT NULL CHECK (read_to >= 0),
    read_beyond BIGINT NOT NULL CHECK (read_beyond >= 0),
    PRIMARY KEY (user_id, board_id)
);
-- The exceptions: threads read further than their board, up to a number of the board.
CREATE TABLE thread_reads (
    user_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL,
    board_id BIGINT NOT NULL,
    read_to BIGINT NOT NULL CHECK (read_to >= 1),
    PRIMARY KEY (user_id, thread_id)
);
CREATE INDEX thread_reads_by_board ON thread_reads (user_id, board_id, read_to);

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
