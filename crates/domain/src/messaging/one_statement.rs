//! A whole post in one statement, for Postgres, where each statement is a round trip during which others wait for
//! the thread's and the board's rows. SQLite has no round trips, and no `WITH` that writes.
//!
//! The parts wait for one another by what they select from, so locks are taken in the order the module keeps.

use super::Poster;
use super::draft::{Clean, Placed, Start};
use crate::db::{DbError, bounded};
use chrono::{DateTime, Utc};
use sqlx::{Postgres, Transaction};

/// $1 board, $2 author, $3 handle, $4 body, $5 time, $6 key, $7 sysop, $8 level; $9 is the part's own.
macro_rules! post {
    ($place:literal, $reply_to:literal, $pointer:literal) => {
        concat!(
            "WITH place AS (",
            $place,
            " RETURNING id, message_count, subject), \
             message AS ( \
               INSERT INTO messages \
                 (thread_id, board_id, number, author_id, author_handle, body, posted_at, reply_to, post_key) \
               SELECT id, $1, message_count, $2, $3, $4, $5, ",
            $reply_to,
            ", $6 FROM place \
               ON CONFLICT (author_id, post_key) WHERE post_key IS NOT NULL DO NOTHING RETURNING id), \
             pointer AS (",
            $pointer,
            "), \
             total AS ( \
               INSERT INTO board_reads (user_id, board_id, messages_read) SELECT user_id, $1, 1 FROM pointer \
               ON CONFLICT (user_id, board_id) DO UPDATE SET messages_read = board_reads.messages_read + 1 \
               RETURNING user_id), \
             draft AS (DELETE FROM drafts WHERE user_id = $2 AND post_key = $6), \
             board AS ( \
               UPDATE boards SET message_count = boards.message_count + 1, last_post_at = $5 FROM message \
               WHERE boards.id = $1 AND ($7 OR (read_level <= $8 AND post_level <= $8 AND NOT read_only)) \
                 AND (SELECT COUNT(*) FROM total) >= 0 \
               RETURNING name, read_level) \
             SELECT place.id AS thread, place.message_count AS number, place.subject, message.id AS message, \
                    board.name AS board_name, board.read_level \
             FROM place LEFT JOIN message ON TRUE LEFT JOIN board ON TRUE"
        )
    };
}

const BEGIN: &str = post!(
    "INSERT INTO threads (board_id, subject, author_id, author_handle, message_count, last_at) \
     VALUES ($1, $9, $2, $3, 1, $5)",
    "NULL::BIGINT",
    "INSERT INTO thread_reads (user_id, thread_id, read_number, was_read) \
     SELECT $2, place.id, 1, 0 FROM place, message RETURNING user_id"
);

const REPLY: &str = post!(
    "UPDATE threads SET message_count = message_count + 1, last_at = GREATEST(last_at, $5) \
     WHERE id = (SELECT thread_id FROM messages WHERE id = $9 AND board_id = $1)",
    "$9",
    "UPDATE thread_reads r SET was_read = r.read_number, read_number = place.message_count \
     FROM place, message WHERE r.user_id = $2 AND r.thread_id = place.id \
     AND r.read_number = place.message_count - 1 RETURNING r.user_id"
);

pub(super) async fn place(
    link: &mut Transaction<'static, Postgres>,
    poster: &Poster,
    clean: &Clean,
    at: DateTime<Utc>,
) -> Result<Option<Placed>, DbError> {
    let Poster { who, board } = poster;
    let post = |sql: &'static str| {
        sqlx::query_as(sql)
            .bind(board.id)
            .bind(who.id)
            .bind(&who.handle)
            .bind(&clean.body)
            .bind(at)
            .bind(clean.key)
            .bind(who.sysop)
            .bind(who.level)
    };
    let post = match &clean.start {
        Start::Thread(subject) => post(BEGIN).bind(subject),
        Start::Reply(to) => post(REPLY).bind(to),
    };
    bounded(post.fetch_optional(&mut **link)).await
}
