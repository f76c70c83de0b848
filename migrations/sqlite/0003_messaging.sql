-- Messaging owns these tables. User ids point into the users service: no foreign key crosses that line,
-- and the author's handle is kept as it was when the message was written.

-- `message_count` is what stands on the board, `last_number` the last number given: what is deleted keeps its own.
CREATE TABLE boards (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    read_rule TEXT NOT NULL,   -- who may, in the access language
    post_rule TEXT NOT NULL,
    message_count INTEGER NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    last_number INTEGER NOT NULL DEFAULT 0 CHECK (last_number >= message_count),
    last_post_at TEXT,
    created_at TEXT NOT NULL
) STRICT;

-- As on boards; `last_board_number` is that of the thread's last message, and so the order of activity.
CREATE TABLE threads (
    id INTEGER PRIMARY KEY,
    board_id INTEGER NOT NULL REFERENCES boards (id),
    subject TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    author_handle TEXT NOT NULL,
    message_count INTEGER NOT NULL CHECK (message_count >= 0),
    last_number INTEGER NOT NULL CHECK (last_number >= message_count),
    last_board_number INTEGER NOT NULL,
    last_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX threads_by_activity ON threads (board_id, last_board_number);

-- `number` is a message's place in its thread, `board_number` its place on the board; both run from 1 without a gap, in
-- the order of commits. What is deleted stays as a row that nobody reads.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL REFERENCES threads (id),
    board_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    board_number INTEGER NOT NULL CHECK (board_number >= 1),
    author_id INTEGER NOT NULL,
    author_handle TEXT NOT NULL,
    body TEXT NOT NULL,
    posted_at TEXT NOT NULL,
    reply_to INTEGER,
    post_key BLOB,
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    UNIQUE (thread_id, number),
    UNIQUE (thread_id, board_number)
) STRICT;
CREATE INDEX messages_by_date ON messages (board_id, posted_at, board_number);
CREATE INDEX messages_by_author ON messages (author_id, posted_at);
CREATE INDEX messages_by_reply_to ON messages (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX messages_deleted_on_board ON messages (board_id, board_number) WHERE deleted;
CREATE INDEX messages_deleted_in_thread ON messages (thread_id, board_number) WHERE deleted;
CREATE UNIQUE INDEX messages_once ON messages (author_id, post_key) WHERE post_key IS NOT NULL;

-- What a caller is writing, as it was last saved; it goes when its key is posted.
CREATE TABLE drafts (
    user_id INTEGER NOT NULL,
    post_key BLOB NOT NULL,
    board_id INTEGER NOT NULL,
    reply_to INTEGER,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (user_id, post_key)
) STRICT;

-- How many messages of each author stand on the boards.
CREATE TABLE authors (
    user_id INTEGER PRIMARY KEY,
    posts INTEGER NOT NULL CHECK (posts >= 0)
) STRICT, WITHOUT ROWID;

-- How far a caller has read: on each board everything up to `read_to`, a number of the board, and beyond that as many
-- messages as `read_beyond` says, which `thread_reads` names. A caller without a row has read what was there when their
-- account was made.
CREATE TABLE board_reads (
    user_id INTEGER NOT NULL,
    board_id INTEGER NOT NULL,
    read_to INTEGER NOT NULL CHECK (read_to >= 0),
    read_beyond INTEGER NOT NULL CHECK (read_beyond >= 0),
    PRIMARY KEY (user_id, board_id)
) STRICT, WITHOUT ROWID;
-- The exceptions: threads read further than their board, up to a number of the board.
CREATE TABLE thread_reads (
    user_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL,
    board_id INTEGER NOT NULL,
    read_to INTEGER NOT NULL CHECK (read_to >= 1),
    PRIMARY KEY (user_id, thread_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_reads_by_board ON thread_reads (user_id, board_id, read_to);

CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    from_id INTEGER NOT NULL,
    from_handle TEXT NOT NULL,
    to_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    seen_at TEXT
) STRICT;
CREATE INDEX pages_by_recipient ON pages (to_id, id);
CREATE INDEX pages_unseen ON pages (to_id, id) WHERE seen_at IS NULL;
CREATE INDEX pages_seen ON pages (seen_at) WHERE seen_at IS NOT NULL;
