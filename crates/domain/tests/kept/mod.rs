//! The numbers that are kept as they change, against what counting says.

use super::raw::Raw;

/// What is kept wrongly, by name: a statement that counts the rows that are.
const WRONG: &[(&str, &str)] = &[
    (
        "messages of a board",
        "SELECT COUNT(*) FROM boards b WHERE message_count <> \
           (SELECT COUNT(*) FROM messages m WHERE m.board_id = b.id AND NOT m.deleted) \
         OR last_number <> (SELECT COUNT(*) FROM messages m WHERE m.board_id = b.id) \
         OR last_number <> (SELECT COALESCE(MAX(board_number), 0) FROM messages m WHERE m.board_id = b.id)",
    ),
    (
        "messages of a thread",
        "SELECT COUNT(*) FROM threads t WHERE message_count <> \
           (SELECT COUNT(*) FROM messages m WHERE m.thread_id = t.id AND NOT m.deleted) \
         OR last_number <> (SELECT COUNT(*) FROM messages m WHERE m.thread_id = t.id) \
         OR last_number <> (SELECT MAX(number) FROM messages m WHERE m.thread_id = t.id) \
         OR last_board_number <> (SELECT MAX(board_number) FROM messages m WHERE m.thread_id = t.id)",
    ),
    (
        "order of a thread",
        "SELECT COUNT(*) FROM messages m JOIN messages n ON n.thread_id = m.thread_id AND n.number = m.number + 1 \
         WHERE n.board_number <= m.board_number OR n.board_id <> m.board_id",
    ),
    (
        "posts of an author",
        "SELECT COUNT(*) FROM (SELECT author_id, COUNT(*) AS posts FROM messages WHERE NOT deleted \
           GROUP BY author_id) m LEFT JOIN authors a ON a.user_id = m.author_id \
         WHERE a.posts IS NULL OR a.posts <> m.posts",
    ),
    (
        "messages read beyond",
        "SELECT COUNT(*) FROM board_reads r WHERE read_beyond <> \
           (SELECT COUNT(*) FROM messages m JOIN thread_reads x \
              ON x.user_id = r.user_id AND x.thread_id = m.thread_id AND x.read_to >= m.board_number \
            WHERE m.board_id = r.board_id AND m.board_number > r.read_to)",
    ),
    (
        "reading that has not been written yet",
        "SELECT COUNT(*) FROM board_reads r JOIN boards b ON b.id = r.board_id WHERE r.read_to > b.last_number",
    ),
];

/// Counts everything.
pub async fn numbers_are_right(raw: &mut Raw) {
    for (name, sql) in WRONG {
        assert_eq!(raw.number(sql).await, 0, "kept wrongly: {name}");
    }
}
