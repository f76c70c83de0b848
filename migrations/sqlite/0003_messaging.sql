-- Messaging owns these tables. User ids point into the users service: no foreign key crosses that line,
-- and the author's handle is kept as it was when the message was written.

CREATE TABLE boards (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    read_level INTEGER NOT NULL,
    post_level INTEGER NOT NULL,
    read_only INTEGER NOT NULL CHECK (read_only IN (0, 1)),
    message_count INTEGER NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    last_post_at TEXT,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX boards_by_level ON boards (read_level);

CREATE TABLE threads (
    id INTEGER PRIMARY KEY,
    board_id INTEGER NOT NULL REFERENCES boards (id),
    subject TEXT NOT NULL,
    author_id INTEGER NOT NULL,
    author_handle TEXT NOT NULL,
    message_count INTEGER NOT NULL CHECK (message_count >= 1),
    last_at TEXT NOT NULL
) STRICT;
CREATE INDEX threads_by_activity ON threads (board_id, last_at, id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL REFERENCES threads (id),
    board_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    author_id INTEGER NOT NULL,
    author_handle TEXT NOT NULL,
    body TEXT NOT NULL,
    posted_at TEXT NOT NULL,
    reply_to INTEGER,
    post_key BLOB,
    UNIQUE (thread_id, number)
) STRICT;
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

-- How far a caller has read. `was_read` is the pointer before its last move, so that one statement can move
-- it and tell by how much.
CREATE TABLE thread_reads (
    user_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL,
    read_number INTEGER NOT NULL,
    was_read INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id),
    CHECK (was_read >= 0 AND read_number > was_read)
) STRICT, WITHOUT ROWID;
-- The sum of read_number over the threads of one board.
CREATE TABLE board_reads (
    user_id INTEGER NOT NULL,
    board_id INTEGER NOT NULL,
    messages_read INTEGER NOT NULL CHECK (messages_read >= 0),
    PRIMARY KEY (user_id, board_id)
) STRICT, WITHOUT ROWID;

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
