//! A whole post in one statement, for Postgres, where each statement is a round trip during which others wait for
//! the board's row. SQLite has no round trips, and no `WITH` that writes.
//!
//! The parts wait for one another by what they select from, so locks are taken in the order the module keeps.

use super::draft::{Clean, Placed, Start};
use super::{Poster, reads};
use crate::db::{DbError, Link, Tx, bounded};
use chrono::{DateTime, Utc};

/// A post as [`Placed`], and whether the author's reading of the board was begun already.
#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    placed: Placed,
    has_read: bool,
}

/// $1 board, $2 author, $3 handle, $4 body, $5 time, $6 key, $7 is the part's own. `$before` is the
/// board's number of the message before this one in its thread.
macro_rules! post {
    ($place:literal, $reply_to:literal, $before:literal) => {
        concat!(
            "WITH board AS ( \
               UPDATE boards SET message_count = message_count + 1, last_number = last_number + 1, last_post_at = $5 \
               WHERE id = $1 \
               RETURNING name, read_rule, post_rule, last_number), \
             place AS (",
            $place,
            " RETURNING threads.id, threads.last_number, threads.subject), \
             message AS ( \
               INSERT INTO messages (thread_id, board_id, number, board_number, author_id, author_handle, body, \
                                     posted_at, reply_to, post_key) \
               SELECT place.id, $1, place.last_number, board.last_number, $2, $3, $4, $5, ",
            $reply_to,
            ", $6 FROM place, board \
               ON CONFLICT (author_id, post_key) WHERE post_key IS NOT NULL DO NOTHING \
               RETURNING id, thread_id, board_number, ",
            $before,
            " AS before), \
             pointer AS ( \
               UPDATE board_reads r \
               SET read_to = CASE WHEN r.read_to + r.read_beyond = m.board_number - 1 \
                                  THEN m.board_number ELSE r.read_to END, \
                   read_beyond = CASE WHEN r.read_to + r.read_beyond = m.board_number - 1 \
                                      THEN 0 ELSE r.read_beyond + 1 END \
               FROM message m WHERE r.user_id = $2 AND r.board_id = $1 AND (r.read_to >= m.before OR EXISTS \
                 (SELECT 1 FROM thread_reads x \
                  WHERE x.user_id = $2 AND x.thread_id = m.thread_id AND x.read_to >= m.before)) \
               RETURNING r.read_to), \
             exception AS ( \
               INSERT INTO thread_reads (user_id, thread_id, board_id, read_to) \
               SELECT $2, m.thread_id, $1, m.board_number FROM message m, pointer \
               WHERE pointer.read_to < m.board_number \
               ON CONFLICT (user_id, thread_id) DO UPDATE SET read_to = excluded.read_to), \
             author AS ( \
               INSERT INTO authors (user_id, posts) SELECT $2, 1 FROM message \
               ON CONFLICT (user_id) DO UPDATE SET posts = authors.posts + 1), \
             draft AS (DELETE FROM drafts WHERE user_id = $2 AND post_key = $6) \
             SELECT board.name AS board_name, board.read_rule, board.post_rule, board.last_number AS board_number, \
                    place.id AS thread, place.last_number AS number, place.subject, message.id AS message, \
                    EXISTS (SELECT 1 FROM board_reads WHERE user_id = $2 AND board_id = $1) AS has_read \
             FROM board LEFT JOIN place ON TRUE LEFT JOIN message ON TRUE"
        )
    };
}

pub(super) const BEGIN: &str = post!(
    "INSERT INTO threads \
       (board_id, subject, author_id, author_handle, message_count, last_number, last_board_number, last_at) \
     SELECT $1, $7, $2, $3, 1, 1, board.last_number, $5 FROM board",
    "NULL::BIGINT",
    "0"
);

pub(super) const REPLY: &str = post!(
    "UPDATE threads \
     SET message_count = message_count + 1, last_number = threads.last_number + 1, \
         last_board_number = board.last_number, last_at = GREATEST(last_at, $5) \
     FROM board \
     WHERE threads.id = (SELECT thread_id FROM messages WHERE id = $7 AND board_id = $1 AND NOT deleted)",
    "$7",
    // What was posted while this waited for the board is not seen here, and not read either.
    "(SELECT p.board_number FROM messages p \
      WHERE p.thread_id = messages.thread_id AND p.number = messages.number - 1)"
);

pub(super) async fn place(
    tx: &mut Tx,
    poster: &Poster,
    clean: &Clean,
    at: DateTime<Utc>,
) -> Result<Option<Placed>, DbError> {
    let Poster { who, board } = poster;
    let Link::Postgres(link) = tx.link() else { return Ok(None) };
    let post = |sql: &'static str| {
        sqlx::query_as(sql)
            .bind(board.id)
            .bind(who.id)
            .bind(&who.handle)
            .bind(&clean.body)
            .bind(at)
            .bind(clean.key)
    };
    let post = match &clean.start {
        Start::Thread(subject) => post(BEGIN).bind(subject),
        Start::Reply(to) => post(REPLY).bind(to),
    };
    let row: Option<Row> = bounded(post.fetch_optional(&mut **link)).await?;
    if let Some(Row { placed, has_read: false }) = &row
        && let (Some(thread), Some(number), Some(_)) = (placed.thread, placed.number, placed.message)
    {
        // The author's first post on this board, and they have read nothing there.
        reads::own_post(tx, poster, thread, number, placed.board_number).await?;
    }
    Ok(row.map(|row| row.placed))
}
