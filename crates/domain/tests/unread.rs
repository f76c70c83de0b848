//! What is unread is found however deep it lies, and catching up is one act that can be taken back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod people;
mod raw;
mod support;

use dialtone_domain::messaging::{Board, Draft, Message, NewBoard};
use dialtone_domain::{Caller, Domain, MessageId, ThreadId};
use people::{caller, for_each_database, guest};
use raw::Raw;
use tokio::task::JoinSet;

async fn board(domain: &Domain, slug: &str) -> Board {
    let new = NewBoard {
        slug: slug.into(),
        name: slug.to_uppercase(),
        description: String::new(),
        read_level: 0,
        post_level: 10,
        read_only: false,
    };
    domain.messaging.create_board(new, domain.operator()).await.unwrap()
}

async fn post(domain: &Domain, who: &Caller, board: &Board, to: Option<MessageId>) -> Message {
    let poster = domain.messaging.poster(who, board.id).await.unwrap();
    let draft = Draft { subject: "S".into(), body: "B".into(), reply_to: to, key: None };
    domain.messaging.post(&poster, draft).await.unwrap()
}

/// The number of unread messages, as the list of boards says it; the same as its pointers say.
async fn unread(domain: &Domain, url: &str, who: &Caller, board: &Board) -> i64 {
    let list = domain.messaging.boards(who).await.unwrap();
    let told = list.iter().find(|summary| summary.board.id == board.id).unwrap().unread;
    let counted = format!(
        "SELECT CAST(COALESCE(SUM(t.message_count - COALESCE(r.read_number, 0)), 0) AS BIGINT) FROM threads t \
         LEFT JOIN thread_reads r ON r.thread_id = t.id AND r.user_id = {} WHERE t.board_id = {}",
        who.id, board.id
    );
    assert_eq!(Raw::open(url).await.number(&counted).await, told, "the sum against the pointers");
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
        let (ada, bob) = (caller(7), caller(8));
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
        let stranger = domain.messaging.reader(&guest(), lobby.id).await.unwrap();
        assert!(domain.messaging.unread_threads(&stranger, None, 10).await.unwrap().is_empty());
    });
}

#[test]
fn catching_up_reads_a_whole_board_and_is_taken_back_exactly() {
    for_each_database(|domain, url| async move {
        let (lobby, other) = (board(&domain, "lobby").await, board(&domain, "other").await);
        let (ada, bob) = (caller(7), caller(8));
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
        let stranger = domain.messaging.reader(&guest(), lobby.id).await.unwrap();
        assert_eq!(domain.messaging.catch_up(&stranger).await.unwrap().messages(), 0);
    });
}

#[test]
fn catching_up_while_others_post_and_read_counts_each_message_once() {
    for_each_database(|domain, url| async move {
        let lobby = board(&domain, "lobby").await;
        let mut roots = Vec::new();
        for _ in 0..6 {
            roots.push(post(&domain, &caller(7), &lobby, None).await);
        }
        let me = caller(9);
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
                            post(&domain, &caller(7), &lobby, Some(root.id)).await;
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
    let threads = format!(
        "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) \
         INSERT INTO threads (board_id, subject, author_id, author_handle, message_count, last_at) \
         SELECT {}, 'S', 7, 'A', 1, {at} FROM s",
        board.id
    );
    raw.execute(&threads).await.unwrap();
    let sum = format!("UPDATE boards SET message_count = message_count + {count} WHERE id = {}", board.id);
    raw.execute(&sum).await.unwrap();
}

#[test]
fn catching_up_on_a_large_board_goes_slice_by_slice_and_a_failure_undoes_one_of_them() {
    for_each_database(|domain, url| async move {
        let lobby = board(&domain, "lobby").await;
        let mut raw = Raw::open(&url).await;
        fill(&mut raw, &lobby, 2_500).await;
        let bob = caller(8);
        let reader = domain.messaging.reader(&bob, lobby.id).await.unwrap();
        // Newest first: the first slice is done when the second meets the 1,200th thread from the top.
        let refuse: &[&str] = match &raw {
            Raw::Postgres(_) => &[
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                 $$BEGIN RAISE EXCEPTION 'not this one'; END$$",
                "CREATE TRIGGER stop BEFORE INSERT ON thread_reads FOR EACH ROW WHEN (NEW.thread_id = 1300) \
                 EXECUTE FUNCTION refuse()",
            ],
            Raw::Sqlite(_) => {
                &["CREATE TRIGGER stop BEFORE INSERT ON thread_reads WHEN NEW.thread_id = 1300 \
                 BEGIN SELECT RAISE(ABORT, 'not this one'); END"]
            }
        };
        for statement in refuse {
            raw.execute(statement).await.unwrap();
        }
        assert!(domain.messaging.catch_up(&reader).await.is_err());
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 1_500, "a slice is done for good");
        let first = domain.messaging.unread_threads(&reader, None, 200).await.unwrap();
        assert_eq!((first.len(), first[0].thread), (200, ThreadId(1)), "the rest is found, the oldest first");
        let drop = match &raw {
            Raw::Postgres(_) => "DROP TRIGGER stop ON thread_reads",
            Raw::Sqlite(_) => "DROP TRIGGER stop",
        };
        raw.execute(drop).await.unwrap();
        let done = domain.messaging.catch_up(&reader).await.unwrap();
        assert_eq!((done.messages(), unread(&domain, &url, &bob, &lobby).await), (1_500, 0));
        assert!(domain.messaging.unread_threads(&reader, None, 200).await.unwrap().is_empty());
        assert_eq!(domain.messaging.take_back(&reader, &done).await.unwrap(), 1_500);
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 1_500);
    });
}

#[test]
fn catching_up_on_a_huge_board_remembers_only_so_much() {
    for_each_database(|domain, url| async move {
        let lobby = board(&domain, "lobby").await;
        let mut raw = Raw::open(&url).await;
        fill(&mut raw, &lobby, 5_100).await;
        let bob = caller(8);
        let reader = domain.messaging.reader(&bob, lobby.id).await.unwrap();
        let done = domain.messaging.catch_up(&reader).await.unwrap();
        assert_eq!((done.messages(), done.can_be_taken_back()), (5_100, false));
        assert_eq!(unread(&domain, &url, &bob, &lobby).await, 0);
        assert_eq!(domain.messaging.take_back(&reader, &done).await.unwrap(), 0);
        // What is new on top of all that was read is found as well.
        let new = post(&domain, &caller(7), &lobby, None).await;
        let found = domain.messaging.unread_threads(&reader, None, 200).await.unwrap();
        assert_eq!(found.iter().map(|thread| thread.thread).collect::<Vec<_>>(), [new.thread]);
    });
}
