//! What is unread is found however deep it lies, and catching up is one act that can be taken back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod kept;
mod people;
mod raw;
mod support;

use dialtone_domain::messaging::{Board, Draft, Message, NewBoard};
use dialtone_domain::{Caller, Domain, MessageId, ThreadId};
use people::{caller, for_each_database};
use raw::Raw;
use support::{operator, rules};
use tokio::task::JoinSet;

async fn board(domain: &Domain, slug: &str) -> Board {
    let new = NewBoard {
        slug: slug.into(),
        name: slug.to_uppercase(),
        description: String::new(),
        rules: rules("all", "level >= 10"),
    };
    domain.messaging.create_board(new, operator()).await.unwrap()
}

async fn post(domain: &Domain, who: &Caller, board: &Board, to: Option<MessageId>) -> Message {
    let poster = domain.messaging.poster(who, board.id).await.unwrap();
    let draft = Draft { subject: "S".into(), body: "B".into(), reply_to: to, key: None };
    domain.messaging.post(&poster, draft).await.unwrap()
}

/// The number of unread messages, as the list of boards says it, and as counting says.
async fn unread(domain: &Domain, url: &str, who: &Caller, board: &Board) -> i64 {
    let list = domain.messaging.boards(who).await.unwrap();
    let told = list.iter().find(|summary| summary.board.id == board.id).unwrap().unread;
    let counted = format!(
        "SELECT COUNT(*) FROM messages m WHERE m.board_id = {board} AND NOT m.deleted AND m.board_number > \
           COALESCE((SELECT read_to FROM board_reads WHERE user_id = {who} AND board_id = {board}), 0) \
         AND NOT EXISTS (SELECT 1 FROM thread_reads x \
           WHERE x.user_id = {who} AND x.thread_id = m.thread_id AND x.read_to >= m.board_number)",
        who = who.id(),
        board = board.id
    );
    let mut raw = Raw::open(url).await;
    assert_eq!(raw.number(&counted).await, told, "the difference against a count");
    kept::numbers_are_right(&mut raw).await;
    told
}

/// Where every pointer of `who` stands.
async fn pointers(domain: &Domain, who: &Caller, board: &Board, threads: &[ThreadId]) -> Vec<i64> {
    let reader = domain.messaging.reader(who, board.id).await.unwrap();
    let mut pointers = Vec::new();
    for thread in threads {
        pointers.push(domain.messaging.read_up_to(&reader, *thread).await.unwrap());
    }
    pointers
}

#[test]
fn unread_threads_are_found_however_many_lie_above_them() {
    for_each_database(|domain, url| async move {
        let (lobby, other) = (board(&domain, "lobby").await, board(&domain, "other").await);
        let (ada, bob) = (caller(&domain, 7).await, caller(&domain, 8).await);
        let old = [post(&domain, &ada, &lobby, None).await, post(&domain, &ada, &lobby, None).await];
        post(&domain, &ada, &other, None).await;
        // What bob wrote himself he has read, and there is a lot of it.
        for _ in 0..250 {
            post(&domain, &bob, &lobby, None).await;
        }
        let half = post(&domain, &bob, &lobby, None).await;
        post(&domain, &ada, &lobby, Some(half.id)).await;

        let reader = domain.messaging.reader(&bob, lobby.id).await.unwrap();
        let (mut seen, mut mark) = (Vec::new(), None);
        loop {
            let page = domain.messaging.unread_threads(&reader, mark, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            mark = Some(last.mark);
            seen.extend(page.into_iter().map(|thread| (thread.thread, thread.unread)));
        }
        assert_eq!(seen, [(old[0].thread, 1), (old[1].thread, 1), (half.thread, 1)], "oldest first");
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 3);
        let stranger = domain.messaging.reader(&domain.users.guest(), lobby.id).await.unwrap();
        assert!(domain.messaging.unread_threads(&stranger, None, 10).await.unwrap().is_empty());
    });
}

#[test]
fn catching_up_reads_a_whole_board_and_is_taken_back_exactly() {
    for_each_database(|domain, url| async move {
        let (lobby, other) = (board(&domain, "lobby").await, board(&domain, "other").await);
        let (ada, bob) = (caller(&domain, 7).await, caller(&domain, 8).await);
        let mut threads = Vec::new();
        let mut first = None;
        for n in 0..230 {
            let root = post(&domain, &ada, &lobby, None).await;
            if n % 10 == 0 {
                post(&domain, &ada, &lobby, Some(root.id)).await;
            }
            first.get_or_insert(root.clone());
            threads.push(root.thread);
        }
        let first = first.unwrap();
        post(&domain, &ada, &other, None).await;
        let reader = domain.messaging.reader(&bob, lobby.id).await.unwrap();
        domain.messaging.mark_read(&reader, threads[0], 1).await.unwrap();
        domain.messaging.mark_read(&reader, threads[1], 1).await.unwrap();
        let before = pointers(&domain, &bob, &lobby, &threads).await;
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 251);

        let done = domain.messaging.catch_up(&reader).await.unwrap();
        assert_eq!(done.messages(), 251);
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 0);
        assert_eq!(unread(&domain, &url, &bob, &other).await, 1, "another board is another matter");
        assert_eq!(domain.messaging.catch_up(&reader).await.unwrap().messages(), 0, "nothing is left");

        assert_eq!(domain.messaging.take_back(&reader, &done).await.unwrap(), 251);
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 251);
        assert_eq!(pointers(&domain, &bob, &lobby, &threads).await, before);
        assert_eq!(domain.messaging.take_back(&reader, &done).await.unwrap(), 0, "once is enough");

        // What is read on after catching up stays read.
        let done = domain.messaging.catch_up(&reader).await.unwrap();
        post(&domain, &ada, &lobby, Some(first.id)).await;
        domain.messaging.mark_read(&reader, first.thread, 3).await.unwrap();
        assert_eq!(domain.messaging.take_back(&reader, &done).await.unwrap(), 250);
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 250);
        let stranger = domain.messaging.reader(&domain.users.guest(), lobby.id).await.unwrap();
        assert_eq!(domain.messaging.catch_up(&stranger).await.unwrap().messages(), 0);
    });
}

#[test]
fn catching_up_while_others_post_and_read_counts_each_message_once() {
    for_each_database(|domain, url| async move {
        let lobby = board(&domain, "lobby").await;
        let mut roots = Vec::new();
        for _ in 0..6 {
            roots.push(post(&domain, &caller(&domain, 7).await, &lobby, None).await);
        }
        let me = caller(&domain, 9).await;
        let mut tasks = JoinSet::new();
        for task in 0..4_i64 {
            let (domain, lobby, roots, me) = (domain.clone(), lobby.clone(), roots.clone(), me.clone());
            tasks.spawn(async move {
                let reader = domain.messaging.reader(&me, lobby.id).await.unwrap();
                for (n, root) in roots.iter().cycle().take(30).enumerate() {
                    match task {
                        0 => {
                            domain.messaging.catch_up(&reader).await.unwrap();
                        }
                        1 => {
                            let to = i64::try_from(n).unwrap();
                            domain.messaging.mark_read(&reader, root.thread, to).await.unwrap();
                        }
                        2 => {
                            post(&domain, &me, &lobby, Some(root.id)).await;
                        }
                        _ => {
                            post(&domain, &caller(&domain, 7).await, &lobby, Some(root.id)).await;
                        }
                    }
                }
            });
        }
        tasks.join_all().await;
        unread(&domain, &url, &me, &lobby).await;
        let reader = domain.messaging.reader(&me, lobby.id).await.unwrap();
        domain.messaging.catch_up(&reader).await.unwrap();
        assert_eq!(unread(&domain, &url, &me, &lobby).await, 0);
    });
}

/// Fills `board` with so many threads of one message each, by somebody else, a second apart.
async fn fill(raw: &mut Raw, board: &Board, count: i64) {
    let at = match raw {
        Raw::Postgres(_) => "TIMESTAMPTZ '2020-01-01 00:00:00+00' + n * INTERVAL '1 second'",
        Raw::Sqlite(_) => "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1577836800 + n, 'unixepoch')",
    };
    let board = board.id;
    for statement in [
        format!(
            "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) \
             INSERT INTO threads (board_id, subject, author_id, author_handle, message_count, last_number, \
                last_board_number, last_at) SELECT {board}, 'S', 7, 'A', 1, 1, n, {at} FROM s"
        ),
        format!(
            "INSERT INTO messages (thread_id, board_id, number, board_number, author_id, author_handle, body, \
                posted_at) SELECT id, board_id, 1, last_board_number, 7, 'A', 'B', last_at FROM threads \
             WHERE board_id = {board}"
        ),
        format!("UPDATE boards SET message_count = {count}, last_number = {count} WHERE id = {board}"),
        format!("INSERT INTO authors (user_id, posts) VALUES (7, {count})"),
    ] {
        raw.execute(&statement).await.unwrap();
    }
}

#[test]
fn catching_up_on_a_huge_board_moves_one_row_and_is_taken_back() {
    for_each_database(|domain, url| async move {
        let lobby = board(&domain, "lobby").await;
        let mut raw = Raw::open(&url).await;
        fill(&mut raw, &lobby, 20_000).await;
        let bob = caller(&domain, 8).await;
        let reader = domain.messaging.reader(&bob, lobby.id).await.unwrap();
        domain.messaging.mark_read(&reader, ThreadId(300), 1).await.unwrap();
        let done = domain.messaging.catch_up(&reader).await.unwrap();
        assert_eq!((done.messages(), unread(&domain, &url, &bob, &lobby).await), (19_999, 0));
        assert_eq!(raw.number("SELECT COUNT(*) FROM board_reads").await, 1);
        assert_eq!(raw.number("SELECT COUNT(*) FROM thread_reads").await, 1, "what had been read before");
        // What is new on top of all that was read is found as well.
        let new = post(&domain, &caller(&domain, 7).await, &lobby, None).await;
        let found = domain.messaging.unread_threads(&reader, None, 200).await.unwrap();
        assert_eq!(found.iter().map(|thread| thread.thread).collect::<Vec<_>>(), [new.thread]);
        domain.messaging.mark_read(&reader, new.thread, 1).await.unwrap();
        assert_eq!(raw.number("SELECT read_to FROM board_reads WHERE user_id = 8").await, 20_001, "all read");

        assert_eq!(domain.messaging.take_back(&reader, &done).await.unwrap(), 19_999);
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 19_999);
        let first = domain.messaging.unread_threads(&reader, None, 200).await.unwrap();
        assert_eq!((first.len(), first[0].thread), (200, ThreadId(1)), "the oldest first");
        assert_eq!(
            pointers(&domain, &bob, &lobby, &[ThreadId(300), ThreadId(301), new.thread]).await,
            [1, 0, 1]
        );
    });
}

#[test]
fn a_newcomers_unread_starts_with_their_account() {
    for_each_database(|domain, url| async move {
        let (lobby, other) = (board(&domain, "lobby").await, board(&domain, "other").await);
        let old = [
            post(&domain, &caller(&domain, 7).await, &lobby, None).await,
            post(&domain, &caller(&domain, 7).await, &other, None).await,
        ];
        let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, false);
        let mut raw = Raw::open(&url).await;
        raw.execute(&format!("UPDATE users SET created_at = '{now}' WHERE id = 9")).await.unwrap();
        let newcomer = domain.users.caller(caller(&domain, 9).await.id()).await.unwrap();
        let unread = async || domain.messaging.unread(&newcomer).await.unwrap().messages;
        let reader = domain.messaging.reader(&newcomer, lobby.id).await.unwrap();
        assert_eq!(unread().await, 0);
        assert!(domain.messaging.unread_threads(&reader, None, 10).await.unwrap().is_empty());
        let later = board(&domain, "later").await;
        let again = post(&domain, &caller(&domain, 7).await, &lobby, Some(old[0].id)).await;
        let new = post(&domain, &caller(&domain, 7).await, &lobby, None).await;
        post(&domain, &caller(&domain, 7).await, &later, None).await;
        assert_eq!(unread().await, 3);
        let found = domain.messaging.unread_threads(&reader, None, 10).await.unwrap();
        let found: Vec<_> = found.iter().map(|thread| (thread.thread, thread.unread)).collect();
        assert_eq!(found, [(old[0].thread, 1), (new.thread, 1)]);
        // Also once it's written down how far they have read.
        assert_eq!(domain.messaging.read_up_to(&reader, old[0].thread).await.unwrap(), 1);
        domain.messaging.mark_read(&reader, old[0].thread, again.number).await.unwrap();
        assert_eq!(unread().await, 2);
        let mine = post(&domain, &newcomer, &other, Some(old[1].id)).await;
        assert_eq!((mine.number, unread().await), (2, 2), "they had read all before it");
        post(&domain, &newcomer, &lobby, Some(new.id)).await;
        assert_eq!(unread().await, 3, "they had not read what they answered");
        kept::numbers_are_right(&mut raw).await;
    });
}
