//! Boards: who may do what, numbering, read pointers, paging through, and what two callers do at once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod kept;
mod people;
mod raw;
mod support;

use dialtone_domain::messaging::{Board, Draft, Message, NewBoard};
use dialtone_domain::{BoardId, Caller, Domain, EventBody, FloodLimits, MessageId, MessagingError, ThreadId};
use people::{caller, for_each_database, sysop};
use raw::Raw;
use support::{operator, rules};
use tokio::task::JoinSet;
use uuid::Uuid;

fn new_board(slug: &str) -> NewBoard {
    NewBoard {
        slug: slug.into(),
        name: slug.to_uppercase(),
        description: "A board".into(),
        rules: rules("all", "level >= 10"),
    }
}

async fn board(domain: &Domain, slug: &str) -> Board {
    domain.messaging.create_board(new_board(slug), operator()).await.unwrap()
}

fn draft(subject: &str, body: &str) -> Draft {
    Draft { subject: subject.into(), body: body.into(), reply_to: None, key: None }
}

fn reply(to: MessageId, body: &str) -> Draft {
    Draft { reply_to: Some(to), ..draft("not this", body) }
}

async fn post(domain: &Domain, who: &Caller, board: BoardId, draft: Draft) -> Message {
    let poster = domain.messaging.poster(who, board).await.unwrap();
    domain.messaging.post(&poster, draft).await.unwrap()
}

async fn mark(domain: &Domain, who: &Caller, board: BoardId, thread: ThreadId, number: i64) {
    let reader = domain.messaging.reader(who, board).await.unwrap();
    domain.messaging.mark_read(&reader, thread, number).await.unwrap();
}

/// Unread messages of one board, as its list, its threads and the sum over all boards tell it.
async fn unread(domain: &Domain, who: &Caller, board: BoardId) -> i64 {
    let list = domain.messaging.boards(who).await.unwrap();
    let of_board = list.iter().find(|b| b.board.id == board).unwrap().unread;
    let reader = domain.messaging.reader(who, board).await.unwrap();
    let threads = domain.messaging.threads(&reader, None, 200).await.unwrap();
    assert_eq!(of_board, threads.iter().map(|t| t.unread).sum::<i64>(), "board against its threads");
    let all: i64 = list.iter().map(|b| b.unread).sum();
    assert_eq!(all, domain.messaging.unread(who).await.unwrap().messages, "boards against their sum");
    of_board
}

#[test]
fn a_thread_is_begun_answered_and_read() {
    for_each_database(|domain, _| async move {
        let lobby = board(&domain, "lobby").await;
        let mut events = domain.events.reader().await.unwrap();
        let (ada, bob) = (caller(&domain, 7).await, caller(&domain, 8).await);
        let first = post(&domain, &ada, lobby.id, draft(" Blue\u{1b} boxes ", "Who has one?\r\n\r\n")).await;
        assert_eq!((first.number, first.subject.as_str()), (1, "Blue boxes"));
        assert_eq!((first.body.as_str(), first.author.to_string()), ("Who has one?", "Caller 7".to_owned()));
        let second = post(&domain, &bob, lobby.id, reply(first.id, "I do.")).await;
        assert_eq!((second.number, second.thread), (2, first.thread));
        assert_eq!((second.subject.as_str(), second.reply_to), ("Blue boxes", Some(first.id)));

        let reader = domain.messaging.reader(&domain.users.guest(), lobby.id).await.unwrap();
        let read = domain.messaging.thread(&reader, first.thread, 0, 50).await.unwrap();
        assert_eq!(read, [first.clone(), second.clone()]);
        assert_eq!(
            domain.messaging.thread(&reader, first.thread, 1, 50).await.unwrap(),
            std::slice::from_ref(&second)
        );
        assert_eq!(domain.messaging.thread(&reader, first.thread, 2, 50).await.unwrap(), []);
        let missing = domain.messaging.thread(&reader, ThreadId(999), 0, 50).await;
        assert_eq!(missing, Err(MessagingError::NotFound("thread")));

        let threads = domain.messaging.threads(&reader, None, 10).await.unwrap();
        assert_eq!(threads.len(), 1);
        assert_eq!((threads[0].replies, threads[0].last_at), (1, second.posted_at));
        assert_eq!((threads[0].author.to_string(), threads[0].unread), ("Caller 7".to_owned(), 0));
        let boards = domain.messaging.boards(&ada).await.unwrap();
        assert_eq!((boards[0].messages, boards[0].last_post), (2, Some(second.posted_at)));

        let told: Vec<EventBody> =
            events.next_batch().await.unwrap().into_iter().map(|event| event.body).collect();
        let created = |message: &Message| EventBody::MessageCreated {
            board: lobby.id,
            board_name: "LOBBY".into(),
            thread: first.thread,
            message: message.id,
            author: message.author_id,
            author_handle: message.author.clone(),
            subject: "Blue boxes".into(),
        };
        assert_eq!(told, [created(&first), created(&second)]);
    });
}

#[test]
fn what_a_caller_may_do_is_said_in_words() {
    for_each_database(|domain, _| async move {
        let open = board(&domain, "open").await;
        let news = NewBoard { rules: rules("all", "sysop"), ..new_board("news") };
        let news = domain.messaging.create_board(news, operator()).await.unwrap();
        let staff = NewBoard { rules: rules("level >= 50", "level >= 50"), ..new_board("staff") };
        let staff = domain.messaging.create_board(staff, operator()).await.unwrap();
        let elders = NewBoard { rules: rules("all", "level >= 50"), ..new_board("elders") };
        let elders = domain.messaging.create_board(elders, operator()).await.unwrap();
        let messaging = &domain.messaging;

        let words = |refused: MessagingError| match refused {
            MessagingError::Forbidden(words) => words,
            other => panic!("{other:?}"),
        };
        let refused_post = async |who: Caller, board: &Board| {
            words(messaging.poster(&who, board.id).await.map(|_| ()).unwrap_err())
        };
        let join = "call again as NEW to join.";
        assert_eq!(
            refused_post(domain.users.guest(), &open).await,
            format!("Guests may look, not post: {join}")
        );
        assert_eq!(refused_post(caller(&domain, 7).await, &news).await, "This board is read only.");
        assert_eq!(refused_post(caller(&domain, 7).await, &staff).await, "This board is not open to you.");
        let elders_words = refused_post(caller(&domain, 7).await, &elders).await;
        assert_eq!(elders_words, "You may read this board, but not post on it yet.");
        let guest_words =
            words(messaging.reader(&domain.users.guest(), staff.id).await.map(|_| ()).unwrap_err());
        assert_eq!(guest_words, format!("This board is for callers with an account: {join}"));
        for board in [&open, &news, &staff, &elders] {
            assert_eq!(messaging.poster(&sysop(&domain).await, board.id).await.unwrap().board(), board);
        }
        let missing = messaging.reader(&sysop(&domain).await, BoardId(999)).await.map(|_| ()).unwrap_err();
        assert_eq!(missing, MessagingError::NotFound("board"));

        let seen: Vec<String> = messaging
            .boards(&domain.users.guest())
            .await
            .unwrap()
            .into_iter()
            .map(|b| b.board.slug)
            .collect();
        assert_eq!(seen, ["open", "news", "elders"]);
        assert_eq!(messaging.boards(&sysop(&domain).await).await.unwrap().len(), 4);
        assert_eq!(messaging.board_by_slug(" Staff ").await.unwrap(), staff);
        assert_eq!(messaging.board_by_slug("nowhere").await, Err(MessagingError::NotFound("board")));
        let taken = messaging.create_board(new_board("open"), operator()).await.unwrap_err();
        assert_eq!(taken, MessagingError::Conflict("There is a board called open already.".into()));
    });
}

#[test]
fn a_board_closed_meanwhile_takes_nothing() {
    for_each_database(|domain, url| async move {
        let lobby = board(&domain, "lobby").await;
        let poster = domain.messaging.poster(&caller(&domain, 7).await, lobby.id).await.unwrap();
        let mut events = domain.events.reader().await.unwrap();
        let mut raw = Raw::open(&url).await;
        raw.execute("UPDATE boards SET post_rule = 'level >= 50'").await.unwrap();
        let refused = domain.messaging.post(&poster, draft("Late", "Too late")).await.unwrap_err();
        assert_eq!(refused.to_string(), "This board no longer takes messages from you.");
        for table in ["threads", "messages", "authors", "thread_reads", "board_reads"] {
            assert_eq!(raw.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        assert!(events.next_batch().await.unwrap().is_empty());
    });
}

#[test]
fn what_cannot_be_kept_is_refused_and_leaves_nothing() {
    for_each_database(|domain, _| async move {
        let (lobby, other) = (board(&domain, "lobby").await, board(&domain, "other").await);
        let elsewhere = post(&domain, &caller(&domain, 7).await, other.id, draft("Elsewhere", "x")).await;
        let poster = domain.messaging.poster(&caller(&domain, 7).await, lobby.id).await.unwrap();
        let bad = [
            draft("", "body"),
            draft("\u{1b}\u{7}", "body"),
            draft(&"s".repeat(73), "body"),
            draft("subject", " \r\n "),
            draft("subject", &"b".repeat(65_537)),
        ];
        for draft in bad {
            let refused = domain.messaging.post(&poster, draft).await.unwrap_err();
            assert!(matches!(refused, MessagingError::Invalid(_)), "{refused:?}");
        }
        for to in [MessageId(999), MessageId(-1), elsewhere.id] {
            let refused = domain.messaging.post(&poster, reply(to, "hello?")).await.unwrap_err();
            assert_eq!(refused, MessagingError::NotFound("message to answer"));
        }
        let whole =
            post(&domain, &caller(&domain, 7).await, lobby.id, draft(&"s".repeat(72), &"b\n".repeat(32_000)))
                .await;
        assert_eq!((whole.subject.len(), whole.body.len()), (72, 63_999));
        let hostile = "'; DROP TABLE messages; -- \u{1b}[2J \0 \u{202e}%_\\ 🕿";
        let kept = post(&domain, &caller(&domain, 7).await, lobby.id, draft(hostile, hostile)).await;
        assert_eq!(kept.subject, "'; DROP TABLE messages; -- [2J %_\\ 🕿");
        let boards = domain.messaging.boards(&sysop(&domain).await).await.unwrap();
        assert_eq!(boards[0].messages, 2);
    });
}

#[test]
fn pointers_go_forward_and_count_once() {
    for_each_database(|domain, _| async move {
        let (lobby, other) = (board(&domain, "lobby").await, board(&domain, "other").await);
        let (ada, bob) = (caller(&domain, 7).await, caller(&domain, 8).await);
        let first = post(&domain, &ada, lobby.id, draft("One", "1")).await;
        for n in 2..=5 {
            post(&domain, &ada, lobby.id, reply(first.id, &n.to_string())).await;
        }
        post(&domain, &ada, other.id, draft("Two", "1")).await;
        assert_eq!(unread(&domain, &ada, lobby.id).await, 0, "one has read what one wrote oneself");
        assert_eq!(unread(&domain, &bob, lobby.id).await, 5);
        mark(&domain, &bob, lobby.id, first.thread, 3).await;
        assert_eq!(unread(&domain, &bob, lobby.id).await, 2);
        for back in [3, 2, 0, -4, i64::MIN] {
            mark(&domain, &bob, lobby.id, first.thread, back).await;
        }
        assert_eq!(unread(&domain, &bob, lobby.id).await, 2, "never back");
        mark(&domain, &bob, other.id, first.thread, 5).await;
        mark(&domain, &bob, lobby.id, ThreadId(999), 5).await;
        assert_eq!(unread(&domain, &bob, lobby.id).await, 2, "another board's thread, no thread");

        post(&domain, &bob, lobby.id, reply(first.id, "mine")).await;
        assert_eq!(unread(&domain, &bob, lobby.id).await, 3, "4 and 5 are still unread, and so mine");
        mark(&domain, &bob, lobby.id, first.thread, i64::MAX).await;
        assert_eq!(unread(&domain, &bob, lobby.id).await, 0);
        post(&domain, &bob, lobby.id, reply(first.id, "mine too")).await;
        assert_eq!(unread(&domain, &bob, lobby.id).await, 0, "all read up to my own, and that");
        assert_eq!(unread(&domain, &ada, lobby.id).await, 2);
        assert_eq!(unread(&domain, &bob, other.id).await, 1);

        mark(&domain, &domain.users.guest(), lobby.id, first.thread, 3).await;
        assert_eq!(unread(&domain, &domain.users.guest(), lobby.id).await, 0, "guests keep no pointers");
    });
}

#[test]
fn threads_come_newest_activity_first_page_by_page() {
    for_each_database(|domain, _| async move {
        let (lobby, other) = (board(&domain, "lobby").await, board(&domain, "other").await);
        let mut posted = Vec::new();
        for n in 1..=25 {
            posted.push(
                post(&domain, &caller(&domain, 7).await, lobby.id, draft(&format!("Thread {n}"), "x")).await,
            );
            post(&domain, &caller(&domain, 7).await, other.id, draft("Elsewhere", "x")).await;
        }
        post(&domain, &caller(&domain, 8).await, lobby.id, reply(posted[4].id, "up again")).await;
        let mut expected: Vec<ThreadId> = posted.iter().rev().map(|message| message.thread).collect();
        expected.retain(|thread| *thread != posted[4].thread);
        expected.insert(0, posted[4].thread);

        let reader = domain.messaging.reader(&caller(&domain, 8).await, lobby.id).await.unwrap();
        let mut seen = Vec::new();
        let mut mark = None;
        loop {
            let page = domain.messaging.threads(&reader, mark, 10).await.unwrap();
            assert!(page.len() <= 10);
            let Some(last) = page.last() else { break };
            mark = Some(last.mark);
            seen.extend(page.into_iter().map(|thread| thread.thread));
        }
        assert_eq!(seen, expected);
        assert_eq!(domain.messaging.threads(&reader, None, -5).await.unwrap().len(), 1);
        assert_eq!(domain.messaging.threads(&reader, None, i64::MAX).await.unwrap().len(), 25);
    });
}

#[test]
fn the_same_key_posts_once() {
    for_each_database(|domain, _| async move {
        let lobby = board(&domain, "lobby").await;
        let mut events = domain.events.reader().await.unwrap();
        let key = Some(Uuid::new_v4());
        let poster = domain.messaging.poster(&caller(&domain, 7).await, lobby.id).await.unwrap();
        let mut posts = JoinSet::new();
        for _ in 0..8 {
            let (domain, poster) = (domain.clone(), poster.clone());
            posts.spawn(async move {
                let draft = Draft { key, ..draft("Once", "only once") };
                domain.messaging.post(&poster, draft).await.unwrap()
            });
        }
        let posted = posts.join_all().await;
        assert!(posted.iter().all(|message| *message == posted[0]));
        // The key is the author's own: somebody else's equal key is another message.
        post(
            &domain,
            &caller(&domain, 8).await,
            lobby.id,
            Draft { key, ..draft("Twice", "by somebody else") },
        )
        .await;
        let again =
            post(&domain, &caller(&domain, 7).await, lobby.id, Draft { key, ..draft("Once", "only once") })
                .await;
        assert_eq!(again, posted[0]);

        assert_eq!(events.next_batch().await.unwrap().len(), 2);
        assert_eq!(domain.messaging.boards(&sysop(&domain).await).await.unwrap()[0].messages, 2);
        assert_eq!(unread(&domain, &caller(&domain, 7).await, lobby.id).await, 1);
    });
}

/// Sixteen tasks post in shared threads of two boards while each author's two sessions read: every count is exact.
#[test]
fn a_key_used_for_something_else_is_refused_and_shows_nothing() {
    for_each_database(|domain, _| async move {
        let (lobby, other) = (board(&domain, "lobby").await, board(&domain, "other").await);
        let key = Some(Uuid::new_v4());
        let first =
            post(&domain, &caller(&domain, 7).await, lobby.id, Draft { key, ..draft("Once", "a secret") })
                .await;
        let second = post(&domain, &caller(&domain, 7).await, lobby.id, reply(first.id, "me again")).await;
        let in_lobby = domain.messaging.poster(&caller(&domain, 7).await, lobby.id).await.unwrap();
        let elsewhere = domain.messaging.poster(&caller(&domain, 7).await, other.id).await.unwrap();
        let unlike = [
            (&elsewhere, draft("Once", "a secret")),
            (&in_lobby, draft("Twice", "a secret")),
            (&in_lobby, draft("Once", "another text")),
            (&in_lobby, reply(second.id, "a secret")),
        ];
        for (poster, draft) in unlike {
            let refused = domain.messaging.post(poster, Draft { key, ..draft }).await.unwrap_err();
            assert_eq!(
                refused,
                MessagingError::Conflict("You have posted something else under that key.".into())
            );
        }
        let again = domain.messaging.post(&in_lobby, Draft { key, ..draft("Once", "a secret") }).await;
        assert_eq!(again.unwrap(), first);
        let boards = domain.messaging.boards(&sysop(&domain).await).await.unwrap();
        assert_eq!(boards.iter().map(|board| board.messages).sum::<i64>(), 2);
    });
}

#[test]
fn counts_are_exact_whatever_happens_at_once() {
    for_each_database(|domain, url| async move {
        const TASKS: i64 = 16;
        const EACH: i64 = 12;
        let boards = [board(&domain, "lobby").await, board(&domain, "other").await];
        let mut roots = Vec::new();
        for board in &boards {
            roots.push(post(&domain, &sysop(&domain).await, board.id, draft("Root", "x")).await);
            roots.push(post(&domain, &sysop(&domain).await, board.id, draft("Other root", "x")).await);
        }
        let mut events = domain.events.reader().await.unwrap();
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let (domain, roots) = (domain.clone(), roots.clone());
            tasks.spawn(async move {
                // Two tasks are two sessions of one caller.
                let me = caller(&domain, 100 + task / 2).await;
                for n in 0..EACH {
                    let root = &roots[((task + n) % 4) as usize];
                    let mine = post(&domain, &me, root.board, reply(root.id, "me too")).await;
                    mark(&domain, &me, root.board, root.thread, mine.number - n % 3).await;
                    let next = &roots[((task + n + 1) % 4) as usize];
                    mark(&domain, &me, next.board, next.thread, n * 5).await;
                }
            });
        }
        tasks.join_all().await;

        let told = events.next_batch().await.unwrap();
        assert_eq!(told.len(), (TASKS * EACH) as usize);
        for root in &roots {
            let of_thread = told.iter().filter_map(|event| match event.body {
                EventBody::MessageCreated { thread, message, .. } if thread == root.thread => Some(message),
                _ => None,
            });
            assert!(of_thread.is_sorted(), "events of a thread come in the order of its messages");
        }
        let mut raw = Raw::open(&url).await;
        assert_eq!(raw.number("SELECT COUNT(*) FROM messages").await, 4 + TASKS * EACH);
        kept::numbers_are_right(&mut raw).await;
        for board in &boards {
            for task in 0..TASKS / 2 {
                let me = caller(&domain, 100 + task).await;
                unread(&domain, &me, board.id).await;
                for root in roots.iter().filter(|root| root.board == board.id) {
                    mark(&domain, &me, board.id, root.thread, i64::MAX).await;
                }
                assert_eq!(unread(&domain, &me, board.id).await, 0);
            }
        }
    });
}

#[test]
fn two_sessions_marking_one_thread_count_it_once() {
    for_each_database(|domain, _| async move {
        let lobby = board(&domain, "lobby").await;
        let first = post(&domain, &caller(&domain, 7).await, lobby.id, draft("One", "1")).await;
        for n in 2..=40 {
            post(&domain, &caller(&domain, 7).await, lobby.id, reply(first.id, &n.to_string())).await;
        }
        let me = caller(&domain, 8).await;
        let mut sessions = JoinSet::new();
        for session in 0..8 {
            let (domain, me, first) = (domain.clone(), me.clone(), first.clone());
            sessions.spawn(async move {
                for n in 1..=30 {
                    mark(&domain, &me, first.board, first.thread, (n * 7 + session) % 31).await;
                }
            });
        }
        sessions.join_all().await;
        assert_eq!(unread(&domain, &me, lobby.id).await, 10, "the highest number marked is 30");
    });
}

#[test]
fn a_new_system_has_boards_worth_a_look_once() {
    for_each_database(|domain, url| async move {
        let mut seeds = JoinSet::new();
        for _ in 0..4 {
            let domain = domain.clone();
            seeds.spawn(async move { domain.messaging.seed(&sysop(&domain).await).await });
        }
        for seeded in seeds.join_all().await {
            seeded.unwrap();
        }
        domain.messaging.seed(&sysop(&domain).await).await.unwrap();
        let boards = domain.messaging.boards(&domain.users.guest()).await.unwrap();
        let slugs: Vec<&str> = boards.iter().map(|b| b.board.slug.as_str()).collect();
        assert_eq!(slugs, ["bulletins", "lobby", "phones", "code"]);
        assert!(boards.iter().all(|b| b.messages > 0));
        assert!(boards[0].board.is_read_only() && !boards[1].board.is_read_only());
        assert!(domain.messaging.poster(&caller(&domain, 7).await, boards[0].board.id).await.is_err());
        assert!(domain.messaging.poster(&caller(&domain, 7).await, boards[1].board.id).await.is_ok());
        assert_eq!(unread(&domain, &caller(&domain, 7).await, boards[2].board.id).await, boards[2].messages);
        let mut raw = Raw::open(&url).await;
        let by_others = "SELECT COUNT(*) FROM messages WHERE author_handle <> 'Caller 1'";
        assert_eq!(raw.number(by_others).await, 0);
    });
}

#[test]
fn a_caller_posts_so_often_in_a_minute_and_nobody_else_is_held_up() {
    for_each_database(|domain, _| async move {
        let domain = domain.limited(&FloodLimits { posts_per_minute: 3, ..FloodLimits::default() });
        let lobby = board(&domain, "lobby").await;
        let poster = domain.messaging.poster(&caller(&domain, 7).await, lobby.id).await.unwrap();
        // What is refused for another reason does not count.
        assert!(domain.messaging.post(&poster, draft("Blue boxes", "")).await.is_err());
        let answer = reply(MessageId(999), "To nobody");
        assert!(domain.messaging.post(&poster, answer).await.is_err());
        let mut flood = JoinSet::new();
        for n in 0..20 {
            let (domain, poster) = (domain.clone(), poster.clone());
            flood.spawn(
                async move { domain.messaging.post(&poster, draft("Blue boxes", &format!("{n}"))).await },
            );
        }
        let answers = flood.join_all().await;
        let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        assert_eq!(refused.len(), 17);
        let words = "You've posted 3 messages in a minute. Try again in a moment; what you wrote is kept.";
        assert!(refused.iter().all(|refused| refused.to_string() == words), "{refused:?}");
        post(&domain, &caller(&domain, 8).await, lobby.id, draft("Red boxes", "Who has one?")).await;
        for n in 0..20 {
            post(&domain, &sysop(&domain).await, lobby.id, draft("Rules", &format!("Rule {n}"))).await;
        }
    });
}

#[test]
fn a_slug_that_no_board_can_have_is_no_board() {
    for_each_database(|domain, _| async move {
        board(&domain, "lobby").await;
        assert_eq!(domain.messaging.board_by_slug(" LOBBY").await.unwrap().slug, "lobby");
        for slug in ["lob\0by", "\0", "", "lobby\u{1b}", "löbby"] {
            let answer = domain.messaging.board_by_slug(slug).await;
            assert_eq!(answer, Err(MessagingError::NotFound("board")), "{slug:?}");
        }
    });
}

#[test]
fn a_nul_in_what_is_written_is_not_kept() {
    for_each_database(|domain, _| async move {
        let lobby = board(&domain, "lobby").await;
        let posted =
            post(&domain, &caller(&domain, 7).await, lobby.id, draft("Blue\0 boxes", "Who has\0 one?")).await;
        assert_eq!((posted.subject.as_str(), posted.body.as_str()), ("Blue boxes", "Who has one?"));
        let named = NewBoard { name: "Lob\0by 2".into(), description: "\0".into(), ..new_board("lobby-2") };
        let named = domain.messaging.create_board(named, operator()).await.unwrap();
        assert_eq!((named.name.as_str(), named.description.as_str()), ("Lobby 2", ""));
    });
}

#[test]
fn whoever_posts_may_do_so_at_that_moment() {
    for_each_database(|domain, _| async move {
        let staff = NewBoard { rules: rules("level >= 50", "level >= 10"), ..new_board("staff") };
        let staff = domain.messaging.create_board(staff, operator()).await.unwrap();
        let bulletins = NewBoard { rules: rules("all", "sysop"), ..new_board("bulletins") };
        let bulletins = domain.messaging.create_board(bulletins, operator()).await.unwrap();
        let users = &domain.users;
        users.set_level(caller(&domain, 7).await.id(), 50, operator()).await.unwrap();
        users.set_sysop(caller(&domain, 7).await.id(), true, operator()).await.unwrap();
        let me = users.caller(caller(&domain, 7).await.id()).await.unwrap();
        let on_staff = domain.messaging.poster(&me, staff.id).await.unwrap();
        let on_bulletins = domain.messaging.poster(&me, bulletins.id).await.unwrap();
        let first = domain.messaging.post(&on_staff, draft("Mine", "still")).await.unwrap();
        let refused = async |poster, draft| {
            let refused = domain.messaging.post(poster, draft).await.unwrap_err();
            assert!(matches!(refused, MessagingError::Forbidden(_)), "{refused:?}");
        };

        users.set_sysop(me.id(), false, operator()).await.unwrap();
        refused(&on_bulletins, draft("News", "of yesterday")).await;
        domain.messaging.post(&on_staff, reply(first.id, "level 50 is enough")).await.unwrap();
        // Too low to read it now, though not to post.
        users.set_level(me.id(), 10, operator()).await.unwrap();
        refused(&on_staff, draft("Still here", "x")).await;
        refused(&on_staff, reply(first.id, "x")).await;
        users.set_level(me.id(), 50, operator()).await.unwrap();
        domain.messaging.post(&on_staff, draft("Back", "again")).await.unwrap();
        users.ban(me.id(), "", operator()).await.unwrap();
        refused(&on_staff, draft("From outside", "x")).await;
        let seen = domain.messaging.boards(&sysop(&domain).await).await.unwrap();
        assert_eq!(seen.iter().map(|board| board.messages).sum::<i64>(), 3);
    });
}

#[test]
fn a_demotion_waits_for_what_is_being_done_by_the_old_rights() {
    for_each_database(|domain, url| async move {
        let staff = NewBoard { rules: rules("level >= 50", "level >= 50"), ..new_board("staff") };
        let staff = domain.messaging.create_board(staff, operator()).await.unwrap();
        domain.users.set_level(caller(&domain, 7).await.id(), 50, operator()).await.unwrap();
        let me = domain.users.caller(caller(&domain, 7).await.id()).await.unwrap();
        let poster = domain.messaging.poster(&me, staff.id).await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        // On Postgres somebody else holds the board's row, so that the post waits. SQLite has one writer anyway.
        let mut other = Raw::open(&url).await;
        other.begin_on_postgres(&format!("UPDATE boards SET slug = slug WHERE id = {}", staff.id)).await;
        let messaging = domain.messaging.clone();
        let post = tokio::spawn(async move { messaging.post(&poster, draft("Mine", "still")).await });
        other.wait_for_waiting(1).await;
        let (users, by) = (domain.users.clone(), operator());
        let demotion = tokio::spawn(async move { users.set_level(me.id(), 10, by).await });
        while url.starts_with("postgres") && !demotion.is_finished() && other.waiting().await < 2 {}
        other.commit_on_postgres().await;
        let post = post.await.unwrap();
        demotion.await.unwrap().unwrap();

        // Nobody learns of the demotion and then of a post by the rights of before.
        let mut told = Vec::new();
        while !told.iter().any(|body| matches!(body, EventBody::UserChanged { .. })) {
            told.extend(reader.next_batch().await.unwrap().into_iter().map(|event| event.body));
        }
        let posted_before = matches!(told.first(), Some(EventBody::MessageCreated { .. }));
        assert_eq!(post.is_ok(), posted_before, "{post:?}, {told:?}");
    });
}

#[test]
fn whoever_catches_up_or_keeps_a_draft_may_do_so_at_that_moment() {
    for_each_database(|domain, _| async move {
        let staff = NewBoard { rules: rules("level >= 50", "level >= 50"), ..new_board("staff") };
        let staff = domain.messaging.create_board(staff, operator()).await.unwrap();
        domain.users.set_level(caller(&domain, 7).await.id(), 50, operator()).await.unwrap();
        let me = domain.users.caller(caller(&domain, 7).await.id()).await.unwrap();
        let reader = domain.messaging.reader(&me, staff.id).await.unwrap();
        let poster = domain.messaging.poster(&me, staff.id).await.unwrap();
        let refused = |answer: Result<(), MessagingError>| {
            assert!(matches!(answer, Err(MessagingError::Forbidden(_))), "{answer:?}");
        };
        domain.messaging.catch_up(&reader).await.unwrap();
        domain.users.set_level(caller(&domain, 8).await.id(), 50, operator()).await.unwrap();
        let other = domain.users.caller(caller(&domain, 8).await.id()).await.unwrap();
        post(&domain, &other, staff.id, draft("News", "for the staff")).await;
        domain.users.set_level(me.id(), 10, operator()).await.unwrap();
        refused(domain.messaging.catch_up(&reader).await.map(drop));
        // What they were writing is theirs, though they could post it there no longer.
        let unfinished = Draft { key: Some(Uuid::new_v4()), ..draft("Half", "a thought") };
        domain.messaging.save_draft(&poster, &unfinished).await.unwrap();
        domain.users.ban(me.id(), "", operator()).await.unwrap();
        refused(domain.messaging.save_draft(&poster, &unfinished).await);
    });
}
