//! Rules on boards: who is shown what, who may do what, and what becomes of it when a rule is changed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod people;
mod raw;
mod support;

use dialtone_domain::access::Facts;
use dialtone_domain::messaging::{Board, BoardChange, BoardRules, Draft, Message, NewBoard};
use dialtone_domain::users::Sysop;
use dialtone_domain::{BoardId, Caller, Domain, Event, EventBody, MessagingError, UserId};
use people::{caller, for_each_database, sysop};
use raw::Raw;
use std::collections::BTreeSet;
use support::{operator, rule, rules};
use tokio::task::JoinSet;

async fn board(domain: &Domain, slug: &str, rules: BoardRules) -> Board {
    let (slug, name) = (slug.to_owned(), slug.to_uppercase());
    let new = NewBoard { slug, name, description: String::new(), rules };
    domain.messaging.create_board(new, operator()).await.unwrap()
}

fn draft(subject: &str) -> Draft {
    Draft { subject: subject.into(), body: "Words.".into(), ..Draft::default() }
}

async fn post(domain: &Domain, who: &Caller, board: BoardId) -> Result<Message, MessagingError> {
    let poster = domain.messaging.poster(who, board).await?;
    domain.messaging.post(&poster, draft("Hello")).await
}

async fn edit(domain: &Domain, board: BoardId, change: BoardChange) -> Option<Board> {
    domain.messaging.edit_board(board, change, operator()).await.unwrap()
}

fn reading(text: &str) -> BoardChange {
    BoardChange { read: Some(rule(text)), ..BoardChange::default() }
}

/// The boards that `who` is shown, by name, and how much of it all is new to them.
async fn shown(domain: &Domain, who: &Caller) -> (String, i64) {
    let list = domain.messaging.boards(who).await.unwrap();
    let unread = domain.messaging.unread(who).await.unwrap().messages;
    assert_eq!(unread, list.iter().map(|board| board.unread).sum::<i64>(), "boards against their sum");
    let list: Vec<&str> = list.iter().map(|board| board.board.slug.as_str()).collect();
    (list.join(" "), unread)
}

fn refused<T: std::fmt::Debug>(answer: Result<T, MessagingError>) {
    assert!(matches!(answer, Err(MessagingError::Forbidden(_))), "{answer:?}");
}

#[test]
fn a_board_is_for_those_its_rule_allows() {
    for_each_database(|domain, url| async move {
        let mut raw = Raw::open(&url).await;
        // Caller 9 has called thrice; all are older than a week but caller 10.
        raw.execute("UPDATE users SET calls = 3 WHERE id = 9").await.unwrap();
        let young = "UPDATE users SET created_at = (SELECT created_at FROM boards LIMIT 1) WHERE id = 10";
        let table = [
            ("all", "all", "7 8 9 10 guest"),
            ("accounts", "not guest", "7 8 9 10"),
            ("guests", "guest", "guest"),
            ("elite", "flag elite or level >= 50", "7 8"),
            ("callers", "calls >= 3", "9"),
            ("old", "age >= 7", "7 8 9"),
            ("new", "age < 7 and not guest", "10"),
            ("writers", "posts >= 1", "7"),
            ("silent", "posts = 0 and not guest", "8 9 10"),
            ("ever", "time 00:00-24:00 and day mon-sun", "7 8 9 10 guest"),
            ("staff", "sysop", ""),
            ("nobody", "none", ""),
        ];
        let mut boards = Vec::new();
        for (slug, read, _) in table {
            boards.push(board(&domain, slug, rules(read, "all")).await);
        }
        assert_eq!(raw.execute(young).await.unwrap(), 1);
        let flags = BTreeSet::from(["elite".to_owned()]);
        domain.users.set_flags(UserId(7), flags, operator()).await.unwrap();
        domain.users.set_level(UserId(8), 50, operator()).await.unwrap();
        let sysop = sysop(&domain).await;
        for board in &boards {
            post(&domain, &sysop, board.id).await.unwrap();
        }
        post(&domain, &caller(&domain, 7).await, boards[0].id).await.unwrap();
        let everything = table.map(|(slug, ..)| slug).join(" ");
        assert_eq!(shown(&domain, &sysop).await, (everything, 1), "a sysop reads everything");

        for (name, who) in [
            ("7", caller(&domain, 7).await),
            ("8", caller(&domain, 8).await),
            ("9", caller(&domain, 9).await),
            ("10", caller(&domain, 10).await),
            ("guest", domain.users.guest()),
        ] {
            let theirs: Vec<&str> = table
                .iter()
                .filter(|(.., who)| who.split(' ').any(|one| one == name))
                .map(|(slug, ..)| *slug)
                .collect();
            let (list, unread) = shown(&domain, &who).await;
            assert_eq!(list, theirs.join(" "), "{name}");
            assert_eq!(unread > 0, name != "guest");
            for board in &boards {
                let reader = domain.messaging.reader(&who, board.id).await;
                assert_eq!(reader.is_ok(), theirs.contains(&board.slug.as_str()), "{name} on {}", board.slug);
            }
        }
    });
}

#[test]
fn what_a_rule_counts_is_counted_when_it_is_posted() {
    for_each_database(|domain, _| async move {
        let hello = board(&domain, "hello", rules("not guest", "posts < 1 and calls = 0")).await;
        let ada = caller(&domain, 7).await;
        let poster = domain.messaging.poster(&ada, hello.id).await.unwrap();
        let mut posts = JoinSet::new();
        for _ in 0..6 {
            let (messaging, poster) = (domain.messaging.clone(), poster.clone());
            posts.spawn(async move { messaging.post(&poster, draft("Here I am")).await });
        }
        let posted = posts.join_all().await.into_iter().filter(Result::is_ok).count();
        assert_eq!((posted, domain.messaging.posts_by(ada.id()).await.unwrap()), (1, 1));
        refused(post(&domain, &ada, hello.id).await);
        let reader = domain.messaging.reader(&ada, hello.id).await.unwrap();
        refused(reader.may_post());
        refused(post(&domain, &domain.users.guest(), hello.id).await);
    });
}

#[test]
fn a_changed_rule_holds_at_once_for_whoever_was_let_in_before() {
    for_each_database(|domain, _| async move {
        let den = board(&domain, "den", rules("level >= 10", "level >= 10")).await;
        let (ada, bob) = (caller(&domain, 7).await, caller(&domain, 8).await);
        post(&domain, &ada, den.id).await.unwrap();
        let reader = domain.messaging.reader(&bob, den.id).await.unwrap();
        let poster = domain.messaging.poster(&bob, den.id).await.unwrap();
        assert_eq!(shown(&domain, &bob).await, ("den".to_owned(), 1));

        let closed = edit(&domain, den.id, reading("flag elite")).await.unwrap();
        assert_eq!(closed.rules, rules("flag elite", "level >= 10"));
        assert_eq!(domain.messaging.board_by_slug("den").await.unwrap(), closed);
        assert_eq!(shown(&domain, &bob).await, (String::new(), 0));
        refused(domain.messaging.catch_up(&reader).await);
        refused(domain.messaging.post(&poster, draft("Late")).await);
        refused(domain.messaging.reader(&bob, den.id).await);

        // Readable again, but not for posting.
        let opened = BoardChange { post: Some(rule("sysop")), ..reading("all") };
        edit(&domain, den.id, opened).await.unwrap();
        refused(domain.messaging.post(&poster, draft("Late")).await);
        assert_eq!(domain.messaging.catch_up(&reader).await.unwrap().messages(), 1);
        assert!(domain.messaging.board_by_slug("den").await.unwrap().is_read_only());
    });
}

#[test]
fn an_edit_is_done_told_and_written_down_once() {
    for_each_database(|domain, _| async move {
        let den = board(&domain, "den", rules("all", "level >= 10")).await;
        let chief = sysop(&domain).await;
        let by = Sysop::of(&chief).unwrap();
        let mut events = domain.events.reader().await.unwrap();
        let change = BoardChange {
            name: Some(" The\tDen ".to_owned()),
            read: Some(rule("LEVEL>=10 or (flag elite)")),
            ..BoardChange::default()
        };
        let edited = domain.messaging.edit_board(den.id, change.clone(), by).await.unwrap().unwrap();
        assert_eq!((edited.name.as_str(), edited.rules.post.to_string()), ("The Den", "level >= 10".into()));
        assert_eq!(domain.messaging.edit_board(den.id, change.clone(), by).await.unwrap(), None, "the same");
        let told: Vec<EventBody> =
            events.next_batch().await.unwrap().into_iter().map(|event| event.body).collect();
        assert_eq!(told, [EventBody::BoardChanged { board: den.id }]);
        let log = domain.users.audit_log(10).await.unwrap();
        assert_eq!((log[0].action.as_str(), log[0].actor), ("board.edit", Some(chief.id())));
        let detail = "den: name from DEN to The Den; read from all to level >= 10 or flag elite";
        assert_eq!(log[0].detail, detail);

        let bad = BoardChange { name: Some(String::new()), ..BoardChange::default() };
        let bad = domain.messaging.edit_board(den.id, bad, by).await;
        assert!(matches!(bad, Err(MessagingError::Invalid(_))), "{bad:?}");
        let missing = domain.messaging.edit_board(BoardId(999), change.clone(), by).await;
        assert_eq!(missing, Err(MessagingError::NotFound("board")));
        domain.users.set_sysop(UserId(7), true, operator()).await.unwrap();
        domain.users.set_sysop(chief.id(), false, operator()).await.unwrap();
        let late = BoardChange { description: Some("Late".to_owned()), ..change };
        refused(domain.messaging.edit_board(den.id, late, by).await);
        assert_eq!(domain.messaging.board_by_slug("den").await.unwrap(), edited);
    });
}

#[test]
fn another_process_goes_by_the_new_rule_once_it_hears_of_it() {
    for_each_database(|domain, url| async move {
        let den = board(&domain, "den", rules("all", "all")).await;
        let other = Domain::open(&url).await.unwrap();
        let mut events = other.events.reader().await.unwrap();
        let (guest, member) = (Facts::guest(), Facts { level: 10, ..Facts::default() });
        assert!(other.messaging.board_list().await.unwrap().may_read(den.id, &guest));

        edit(&domain, den.id, reading("level >= 10")).await.unwrap();
        // Many ask while it hears of it: none finds the old rule from then on.
        let heard: Vec<Event> = events.next_batch().await.unwrap();
        assert_eq!(heard.len(), 1);
        let mut asking = JoinSet::new();
        for n in 0..16 {
            let (messaging, heard, guest) = (other.messaging.clone(), heard[0].clone(), guest.clone());
            asking.spawn(async move {
                if n % 4 == 1 {
                    messaging.invalidate(&heard);
                    let now = messaging.board_list().await.unwrap();
                    assert!(!now.may_read(den.id, &guest));
                } else {
                    messaging.board_list().await.unwrap();
                }
            });
        }
        asking.join_all().await;
        let now = other.messaging.board_list().await.unwrap();
        assert!(now.may_read(den.id, &member) && !now.may_read(den.id, &guest));
        assert!(!now.may_read(BoardId(999), &Facts { sysop: true, ..Facts::default() }), "no such board");
        other.close().await;
    });
}

#[test]
fn a_rule_nobody_can_read_lets_in_sysops_alone() {
    for_each_database(|domain, url| async move {
        let (den, open) = (
            board(&domain, "den", rules("all", "all")).await,
            board(&domain, "open", rules("all", "all")).await,
        );
        let ada = caller(&domain, 7).await;
        let poster = domain.messaging.poster(&ada, den.id).await.unwrap();
        let mut raw = Raw::open(&url).await;
        let deep = "(".repeat(200_000);
        for rule in ["", "everybody", "flag", "columns >= 80", "all\u{1b}[2J", &deep] {
            raw.execute(&format!("UPDATE boards SET read_rule = '{rule}' WHERE id = {}", den.id))
                .await
                .unwrap();
            // The list is read anew when any board changes.
            let name = BoardChange { name: Some(format!("N{}", rule.len())), ..BoardChange::default() };
            edit(&domain, open.id, name).await.unwrap();
            assert_eq!(shown(&domain, &ada).await.0, "open");
            refused(domain.messaging.reader(&ada, den.id).await);
            refused(domain.messaging.post(&poster, draft("x")).await);
        }
        assert_eq!(shown(&domain, &sysop(&domain).await).await.0, "den open");
        // What is not changed stays as it is stored.
        let name = BoardChange { name: Some("Deep".to_owned()), ..BoardChange::default() };
        edit(&domain, den.id, name).await.unwrap();
        let kept = raw
            .number(&format!("SELECT CAST(length(read_rule) AS BIGINT) FROM boards WHERE id = {}", den.id))
            .await;
        assert_eq!(kept, 200_000);
    });
}

#[test]
fn whoever_may_read_nothing_or_very_many_boards_is_shown_that() {
    for_each_database(|domain, _| async move {
        let ada = caller(&domain, 7).await;
        assert_eq!(shown(&domain, &ada).await, (String::new(), 0), "no boards at all");
        for n in 0..300 {
            let read = if n % 2 == 0 { "all" } else { "sysop" };
            board(&domain, &format!("b{n}"), rules(read, "all")).await;
        }
        assert_eq!(domain.messaging.boards(&ada).await.unwrap().len(), 150);
        assert_eq!(domain.messaging.boards(&sysop(&domain).await).await.unwrap().len(), 300);
    });
}

#[test]
fn what_is_posted_in_anothers_name_is_written_down_with_it() {
    for_each_database(|domain, url| async move {
        let den = board(&domain, "den", rules("all", "level >= 10")).await;
        let (chief, ada) = (sysop(&domain).await, caller(&domain, 7).await);
        let poster = domain.messaging.poster(&ada, den.id).await.unwrap();
        let before = domain.users.audit_log(10).await.unwrap();
        let by = Sysop::of(&chief).unwrap();
        refused(domain.messaging.post_as(by, &poster, draft("Not mine")).await);
        let message = domain.messaging.post_as(operator(), &poster, draft("For Ada")).await.unwrap();
        let own = domain.messaging.poster(&chief, den.id).await.unwrap();
        domain.messaging.post_as(by, &own, draft("Mine")).await.unwrap();
        let log = domain.users.audit_log(10).await.unwrap();
        assert_eq!(log.len(), before.len() + 2);
        assert_eq!((log[0].actor, log[1].actor), (Some(chief.id()), None));
        assert_eq!(log[1].detail, format!("message {} on den as Caller 7", message.id));
        assert!(log.iter().take(2).all(|line| line.action == "board.post"));

        // Without the line there is no message, and without the message no line.
        let mut raw = Raw::open(&url).await;
        raw.execute("ALTER TABLE audit RENAME TO no_audit").await.unwrap();
        domain.messaging.post_as(operator(), &poster, draft("Unheard")).await.unwrap_err();
        raw.execute("ALTER TABLE no_audit RENAME TO audit").await.unwrap();
        assert_eq!(raw.number("SELECT COUNT(*) FROM messages").await, 2);
        edit(&domain, den.id, reading("sysop")).await.unwrap();
        refused(domain.messaging.post_as(operator(), &poster, draft("Shut")).await);
        assert_eq!(domain.users.audit_log(10).await.unwrap().len(), log.len() + 1, "the edit's alone");
    });
}
