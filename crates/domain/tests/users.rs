//! Accounts, profiles, keys and friends, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod raw;
mod support;

use dialtone_domain::instances::Joining;
use dialtone_domain::messaging::NewBoard;
use dialtone_domain::users::{CharsetChoice, NewAccount, NewCall, ProfileChange, Settings, Sysop};
use dialtone_domain::{
    CallId, Caller, Domain, EventBody, EventReader, FloodLimits, Secret, UserId, UsersError, level,
};
use raw::Raw;
use std::collections::BTreeSet;
use support::{for_each_database, operator, rules};
use uuid::Uuid;

const PASSWORD: &str = "tidal marmot 7 lamp";
const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc joe@home";
const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0d";

fn account(handle: &str) -> NewAccount {
    NewAccount { handle: handle.to_owned(), password: PASSWORD.into(), ..NewAccount::default() }
}

/// Makes `who` a sysop.
async fn make_sysop(domain: &Domain, who: &Caller) -> Sysop {
    domain.users.set_sysop(who.id(), true, operator()).await.unwrap();
    Sysop::of(&domain.users.caller(who.id()).await.unwrap()).unwrap()
}

async fn register(domain: &Domain, handle: &str) -> Caller {
    domain.users.register(account(handle)).await.unwrap()
}

async fn bodies(reader: &mut EventReader) -> Vec<EventBody> {
    reader.next_batch().await.unwrap().into_iter().map(|event| event.body).collect()
}

fn words<T: std::fmt::Debug>(refused: Result<T, UsersError>) -> String {
    refused.unwrap_err().to_string()
}

#[test]
fn who_registers_can_log_in_and_everyone_learns_of_them() {
    for_each_database(|domain, _| async move {
        let mut reader = domain.events.reader().await.unwrap();
        let new = NewAccount {
            location: Some(" Bonn\x1b[2J\u{202e} am Rhein ".to_owned()),
            display_name: Some("Joseph".to_owned()),
            ..account("Joe Smith")
        };
        let joe = domain.users.register(new).await.unwrap();
        assert_eq!((joe.level(), joe.is_sysop(), joe.is_guest()), (level::NEW, false, false));
        assert_eq!(
            bodies(&mut reader).await,
            [EventBody::UserRegistered { user: joe.id(), handle: joe.handle().clone() }]
        );
        assert_eq!(domain.users.log_in("jOE sMITH", &PASSWORD.into()).await.unwrap().caller, joe);
        assert_eq!(domain.users.by_handle("joe smith").await.unwrap(), joe);
        assert_eq!(domain.users.caller(joe.id()).await.unwrap(), joe);
        let profile = domain.users.profile(joe.id()).await.unwrap();
        assert_eq!(
            (profile.location.as_str(), profile.display_name.as_str()),
            ("Bonn[2J am Rhein", "Joseph")
        );
    });
}

#[test]
fn a_handle_is_unique_without_case_and_without_look_alikes() {
    for_each_database(|domain, _| async move {
        register(&domain, "Bill").await;
        assert_eq!(words(domain.users.check_handle("BILL").await), "The handle BILL is taken.");
        for alike in ["B1ll", "BiII", "Bi1l"] {
            let refused = domain.users.register(account(alike)).await;
            assert!(matches!(refused, Err(UsersError::Conflict(_))), "{alike}: {refused:?}");
        }
        assert!(words(domain.users.check_handle("B1ll").await).contains("looks too much like Bill"));
        assert!(words(domain.users.check_handle("Sys0p").await).contains("keeps that name"));
        assert!(matches!(domain.users.check_handle("x").await, Err(UsersError::Invalid(_))));
        assert_eq!(domain.users.check_handle("Will").await.unwrap().as_str(), "Will");
    });
}

#[test]
fn of_many_who_want_one_handle_at_once_one_gets_it() {
    for_each_database(|domain, _| async move {
        let mut reader = domain.events.reader().await.unwrap();
        let tries: Vec<_> = ["Zoë", "zoë", "ZOË", "Zoe\u{308}"]
            .into_iter()
            .map(|handle| {
                let domain = domain.clone();
                tokio::spawn(async move { domain.users.register(account(handle)).await })
            })
            .collect();
        let mut made = 0;
        for tried in tries {
            match tried.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert!(matches!(error, UsersError::Conflict(_)), "{error:?}"),
            }
        }
        assert_eq!(made, 1);
        assert_eq!(bodies(&mut reader).await.len(), 1);
        assert_eq!(domain.users.list(None, 10).await.unwrap().len(), 1);
    });
}

#[test]
fn every_refused_log_in_has_the_same_words() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        let known = words(domain.users.log_in("Joe", &"wrong".into()).await);
        assert_eq!(words(domain.users.log_in("Nobody here", &PASSWORD.into()).await), known);
        assert_eq!(words(domain.users.log_in("", &"".into()).await), known);
        assert_eq!(words(domain.users.log_in("Joe", &Secret::new("x".repeat(10_000))).await), known);
        domain.users.set_banned(joe.id(), true, operator()).await.unwrap();
        assert_eq!(words(domain.users.log_in("Joe", &PASSWORD.into()).await), known);
        domain.users.set_banned(joe.id(), false, operator()).await.unwrap();
        domain.users.log_in("Joe", &PASSWORD.into()).await.unwrap();
    });
}

#[test]
fn a_weak_password_makes_no_account() {
    for_each_database(|domain, _| async move {
        let new = NewAccount { password: "password1".into(), ..account("Joe") };
        let refused = words(domain.users.register(new).await);
        assert!(refused.starts_with("That password is too easy to guess."), "{refused}");
        assert!(domain.users.list(None, 10).await.unwrap().is_empty());
        assert_eq!(domain.users.check_password("Joe", &PASSWORD.into()).await, Ok(()));
    });
}

#[test]
fn the_first_account_of_an_empty_board_is_the_sysop_once() {
    for_each_database(|domain, _| async move {
        let made = domain.users.ensure_sysop().await.unwrap().unwrap();
        let refused = domain.users.log_in("Sysop", &"".into()).await;
        assert_eq!(refused, Err(UsersError::Unauthenticated), "no password yet, not even an empty one");
        // A board that stopped here goes on here.
        assert_eq!(domain.users.ensure_sysop().await.unwrap(), Some(made.clone()));
        let (handle, password) = domain.users.issue_sysop_password(&made).await.unwrap().unwrap();
        assert_eq!(domain.users.issue_sysop_password(&made).await.unwrap(), None);
        let sysop = domain.users.log_in(handle.as_str(), &password).await.unwrap().caller;
        assert!(sysop.is_sysop() && sysop.level() == level::SYSOP);
        assert_eq!(domain.users.check_password("sysop", &password).await, Ok(()));
        assert_eq!(domain.users.ensure_sysop().await.unwrap(), None);
    });
}

#[test]
fn what_the_sysop_changes_is_seen_told_and_written_down() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        let ann = register(&domain, "Ann").await;
        let refused = Sysop::of(&ann);
        assert!(matches!(refused, Err(UsersError::Forbidden(_))), "{refused:?}");
        let by_ann = make_sysop(&domain, &ann).await;
        let mut reader = domain.events.reader().await.unwrap();
        domain.users.set_level(joe.id(), level::TRUSTED, by_ann).await.unwrap();
        domain.users.set_sysop(joe.id(), true, by_ann).await.unwrap();
        let flags = BTreeSet::from(["co-sysop".to_owned(), "files".to_owned()]);
        domain.users.set_flags(joe.id(), flags.clone(), by_ann).await.unwrap();
        domain.users.set_password(joe.id(), &"another lamp 8 marmot".into(), &joe).await.unwrap();

        let now = domain.users.log_in("Joe", &"another lamp 8 marmot".into()).await.unwrap().caller;
        assert_eq!((now.level(), now.is_sysop(), now.flags()), (level::TRUSTED, true, &flags));
        assert_eq!(bodies(&mut reader).await, vec![EventBody::UserChanged { user: joe.id() }; 4]);
        let log = domain.users.audit_log(4).await.unwrap();
        let lines: Vec<_> = log.iter().map(|line| (line.actor, line.action.as_str(), &line.detail)).collect();
        let detail = |rest: &str| format!("Joe (account {}){rest}", joe.id());
        assert_eq!(
            lines,
            [
                (Some(joe.id()), "user.password", &detail("")),
                (Some(ann.id()), "user.flags", &detail(": no flags to co-sysop files")),
                (Some(ann.id()), "user.sysop", &detail("")),
                (Some(ann.id()), "user.level", &detail(": 10 to 50")),
            ]
        );
        assert!(matches!(
            domain.users.set_level(UserId(99), 10, operator()).await,
            Err(UsersError::NotFound(_))
        ));
        assert!(matches!(
            domain.users.set_level(joe.id(), 256, operator()).await,
            Err(UsersError::Invalid(_))
        ));
        let bad = BTreeSet::from(["a b".to_owned()]);
        assert!(matches!(
            domain.users.set_flags(joe.id(), bad, operator()).await,
            Err(UsersError::Invalid(_))
        ));
    });
}

#[test]
fn a_profile_in_memory_is_never_older_than_the_last_event() {
    for_each_database(|domain, url| async move {
        let other = Domain::open(&url).await.unwrap();
        let mut log = other.events.reader().await.unwrap();
        let joe = register(&domain, "Joe").await;
        assert_eq!(other.users.profile(joe.id()).await.unwrap().bio, "");

        let change = ProfileChange { bio: Some("one\n\ttwo\x07".to_owned()), ..ProfileChange::default() };
        let changed = domain.users.update_profile(&joe, change).await.unwrap();
        assert_eq!(changed.bio, "one\ntwo");
        for event in log.next_batch().await.unwrap() {
            other.users.invalidate(&event);
        }
        assert_eq!(other.users.profile(joe.id()).await.unwrap(), changed);

        let long = ProfileChange { location: Some("x".repeat(41)), ..ProfileChange::default() };
        let refused = domain.users.update_profile(&joe, long).await;
        assert_eq!(words(refused), "A location has at most 40 characters.");
        let guest = domain.users.guest();
        let refused = domain.users.update_profile(&guest, ProfileChange::default()).await;
        assert!(matches!(refused, Err(UsersError::Forbidden(_))));
        assert!(matches!(domain.users.profile(UserId(99)).await, Err(UsersError::NotFound(_))));
        other.close().await;
    });
}

#[test]
fn accounts_are_listed_page_by_page() {
    for_each_database(|domain, _| async move {
        for handle in ["Ann", "Bob", "Cid"] {
            register(&domain, handle).await;
        }
        let first = domain.users.list(None, 2).await.unwrap();
        let rest = domain.users.list(first.last().map(|profile| profile.id), 2).await.unwrap();
        let handles: Vec<_> = first.iter().chain(&rest).map(|profile| profile.handle.as_str()).collect();
        assert_eq!(handles, ["Ann", "Bob", "Cid"]);
    });
}

#[test]
fn a_key_opens_its_own_account_only() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        let ann = register(&domain, "Ann").await;
        let key = domain.users.add_key(joe.id(), ED25519, &joe).await.unwrap();
        assert_eq!((key.kind.as_str(), key.comment.as_str()), ("ssh-ed25519", "joe@home"));
        assert_eq!(key.openssh(), ED25519);
        let bare = ED25519.rsplit_once(' ').unwrap().0;
        let holder = async |handle: &str, key: &str| {
            domain.users.key_holder(handle, key).await.unwrap().map(|login| login.caller)
        };
        assert_eq!(holder("joe", bare).await, Some(joe.clone()));
        assert_eq!(holder("joe", OTHER).await, None);
        assert_eq!(holder("ann", bare).await, None);
        assert_eq!(holder("nobody", bare).await, None);
        assert_eq!(holder("joe", "no key").await, None);

        assert_eq!(domain.users.add_key(joe.id(), bare, &joe).await.unwrap().id, key.id);
        domain.users.add_key(ann.id(), bare, &ann).await.unwrap();
        assert_eq!(domain.users.keys(joe.id()).await.unwrap().len(), 1);
        assert!(matches!(
            domain.users.add_key(UserId(99), bare, operator()).await,
            Err(UsersError::NotFound(_))
        ));
        assert!(matches!(
            domain.users.add_key(joe.id(), "ssh-rsa AAAA", operator()).await,
            Err(UsersError::Invalid(_))
        ));
        let another = domain.users.add_key(joe.id(), OTHER, &ann).await;
        assert!(matches!(another, Err(UsersError::Forbidden(_))), "{another:?}");

        let removed = domain.users.remove_key(ann.id(), key.id, &ann).await;
        assert!(matches!(removed, Err(UsersError::NotFound(_))), "{removed:?}");
        domain.users.set_banned(joe.id(), true, operator()).await.unwrap();
        assert_eq!(domain.users.key_holder("joe", bare).await.unwrap(), None);
        domain.users.set_banned(joe.id(), false, operator()).await.unwrap();
        domain.users.remove_key(joe.id(), key.id, &joe).await.unwrap();
        assert_eq!(domain.users.key_holder("joe", bare).await.unwrap(), None);
    });
}

#[test]
fn friends_come_and_go() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        let ann = register(&domain, "Ann").await;
        let mut reader = domain.events.reader().await.unwrap();
        domain.users.befriend(&joe, ann.id()).await.unwrap();
        domain.users.befriend(&joe, ann.id()).await.unwrap();
        assert_eq!(domain.users.friends_of(joe.id()).await.unwrap(), [ann.id()]);
        assert!(domain.users.friends_of(ann.id()).await.unwrap().is_empty());
        assert_eq!(bodies(&mut reader).await, [EventBody::FriendsChanged { user: joe.id() }]);
        domain.users.unfriend(&joe, ann.id()).await.unwrap();
        assert!(domain.users.friends_of(joe.id()).await.unwrap().is_empty());
        assert_eq!(bodies(&mut reader).await, [EventBody::FriendsChanged { user: joe.id() }]);

        assert!(matches!(domain.users.befriend(&joe, joe.id()).await, Err(UsersError::Invalid(_))));
        assert!(matches!(domain.users.befriend(&joe, UserId(99)).await, Err(UsersError::NotFound(_))));
        let guest = domain.users.guest();
        assert!(matches!(domain.users.befriend(&guest, joe.id()).await, Err(UsersError::Forbidden(_))));
    });
}

#[test]
fn what_a_caller_prefers_is_there_at_the_next_call() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        assert_eq!(joe.settings(), &Settings::default());
        let mut reader = domain.events.reader().await.unwrap();
        let settings = Settings {
            charset: CharsetChoice::Cp437,
            words: true,
            theme: Some("light".to_owned()),
            language: Some("de".to_owned()),
            expert: true,
            pauses: false,
            mouse: false,
            status_line: true,
            speed: Some(2400),
        };
        domain.users.set_settings(&joe, &settings).await.unwrap();
        assert_eq!(bodies(&mut reader).await, [EventBody::UserChanged { user: joe.id() }]);
        assert_eq!(domain.users.log_in("Joe", &PASSWORD.into()).await.unwrap().caller.settings(), &settings);
        assert_eq!(domain.users.by_handle("joe").await.unwrap().settings(), &settings);

        let wrong = Settings { speed: Some(110), ..Settings::default() };
        assert!(words(domain.users.set_settings(&joe, &wrong).await).contains("between 300 and 115200"));
        assert_eq!(domain.users.caller(joe.id()).await.unwrap().settings(), &settings);
        // A guest's are good for the call alone; nobody else's change by it.
        domain.users.set_settings(&domain.users.guest(), &Settings::default()).await.unwrap();
    });
}

#[test]
fn what_nobody_can_be_called_is_nobody() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        domain.users.add_key(joe.id(), ED25519, operator()).await.unwrap();
        for handle in ["Jo\0e", "Joe\0", "\0", "Joe\u{1b}[2J", "Joe\n", &"Joe".repeat(1000)] {
            let refused = domain.users.log_in(handle, &PASSWORD.into()).await;
            assert_eq!(refused.map(|login| login.caller), Err(UsersError::Unauthenticated), "{handle:?}");
            assert!(
                matches!(domain.users.by_handle(handle).await, Err(UsersError::NotFound(_))),
                "{handle:?}"
            );
            assert_eq!(domain.users.key_holder(handle, ED25519).await, Ok(None), "{handle:?}");
            assert!(
                matches!(domain.users.check_handle(handle).await, Err(UsersError::Invalid(_))),
                "{handle:?}"
            );
        }
        let refused = domain.users.log_in("Joe", &"nu\0l".into()).await;
        assert_eq!(refused.map(|login| login.caller), Err(UsersError::Unauthenticated));
    });
}

#[test]
fn a_nul_in_what_a_caller_fills_in_is_not_kept() {
    for_each_database(|domain, _| async move {
        let new = NewAccount { location: Some("Bo\0nn".to_owned()), ..account("Joe") };
        let joe = domain.users.register(new).await.unwrap();
        let change = ProfileChange {
            display_name: Some("Jo\0seph".to_owned()),
            bio: Some("One\0\nTwo".to_owned()),
            interests: Some("\0".to_owned()),
            ..ProfileChange::default()
        };
        let profile = domain.users.update_profile(&joe, change).await.unwrap();
        assert_eq!((profile.location.as_str(), profile.display_name.as_str()), ("Bonn", "Joseph"));
        assert_eq!((profile.bio.as_str(), profile.interests.as_str()), ("One\nTwo", ""));
        let key = domain.users.add_key(joe.id(), &format!("{OTHER} at\0home"), operator()).await.unwrap();
        assert_eq!(key.comment, "athome");
        let flags = BTreeSet::from(["a\0b".to_owned()]);
        assert!(matches!(
            domain.users.set_flags(joe.id(), flags, operator()).await,
            Err(UsersError::Invalid(_))
        ));
        let settings = Settings { theme: Some("li\0ght".to_owned()), ..Settings::default() };
        assert!(matches!(domain.users.set_settings(&joe, &settings).await, Err(UsersError::Invalid(_))));
    });
}

#[test]
fn one_address_makes_so_many_accounts_in_an_hour() {
    for_each_database(|domain, _| async move {
        let domain = domain.limited(&FloodLimits { accounts_per_hour: 2, ..FloodLimits::default() });
        let (cafe, home) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let from = |source, handle: &str| NewAccount { source: Some(source), ..account(handle) };
        // What makes no account does not count.
        for _ in 0..3 {
            assert!(domain.users.register(from(cafe, "x")).await.is_err());
            assert_eq!(domain.users.may_register(cafe), Ok(()));
        }
        for handle in ["Ada", "Bob"] {
            domain.users.register(from(cafe, handle)).await.unwrap();
        }
        let refused = domain.users.register(from(cafe, "Cyd")).await;
        let words = "2 accounts were made from your address in the last hour, and that's the most. \
                     Please call again later.";
        assert_eq!(refused, Err(UsersError::TooMany(words.to_owned())));
        assert!(domain.users.may_register(cafe).is_err());
        domain.users.register(from(home, "Cyd")).await.unwrap();
        // The sysop, by command, makes as many as there are to make.
        for handle in ["Dan", "Eve", "Fay"] {
            register(&domain, handle).await;
        }
    });
}

#[test]
fn a_login_holds_until_its_password_is_another_its_key_is_gone_or_its_owner_is_banned() {
    for_each_database(|domain, _| async move {
        let users = &domain.users;
        let joe = register(&domain, "Joe").await;
        let gone =
            |renewed: Result<Caller, UsersError>| assert_eq!(renewed, Err(UsersError::Unauthenticated));
        let key = users.add_key(joe.id(), ED25519, &joe).await.unwrap();
        let by_key = users.key_holder("joe", ED25519).await.unwrap().unwrap().credential;
        let by_password = users.log_in("Joe", &PASSWORD.into()).await.unwrap().credential;
        users.set_level(joe.id(), level::TRUSTED, operator()).await.unwrap();
        assert_eq!(users.renew(&by_key).await.unwrap().level(), level::TRUSTED);
        assert_eq!(users.renew(&by_password).await.unwrap().level(), level::TRUSTED);

        // Whoever changes it themselves has shown anew who they are; their other logins end.
        let other = users.log_in("Joe", &PASSWORD.into()).await.unwrap().credential;
        let (held_elsewhere, new) = (by_password.clone(), "another lamp 8 marmot".into());
        users.change_password(&by_password, &new).await.unwrap();
        users.renew(&held_elsewhere).await.unwrap();
        users.renew(&by_key).await.unwrap();
        gone(users.renew(&other).await);

        // The sysop changes it to what it was: the login of before does not come back.
        users.set_password(joe.id(), &PASSWORD.into(), operator()).await.unwrap();
        gone(users.renew(&by_password).await);
        gone(users.renew(&other).await);
        users.remove_key(joe.id(), key.id, operator()).await.unwrap();
        gone(users.renew(&by_key).await);
        users.add_key(joe.id(), ED25519, operator()).await.unwrap();
        gone(users.renew(&by_key).await);

        let now = users.log_in("Joe", &PASSWORD.into()).await.unwrap().credential;
        users.ban(joe.id(), "", operator()).await.unwrap();
        gone(users.renew(&now).await);
        users.set_banned(joe.id(), false, operator()).await.unwrap();
        users.renew(&now).await.unwrap();
        assert!(!format!("{now:?}").contains("argon2"));
    });
}

#[test]
fn a_banned_caller_changes_nothing_more() {
    for_each_database(|domain, _| async move {
        let users = &domain.users;
        let joe = register(&domain, "Joe").await;
        let ann = register(&domain, "Ann").await;
        users.befriend(&joe, ann.id()).await.unwrap();
        let key = users.add_key(joe.id(), ED25519, &joe).await.unwrap();
        let login = users.log_in("Joe", &PASSWORD.into()).await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        users.ban(joe.id(), " rude\nwords ", operator()).await.unwrap();
        let told = bodies(&mut reader).await;
        let (user, reason) = (joe.id(), "rude words".to_owned());
        assert_eq!(told, [EventBody::UserBanned { user, reason }, EventBody::UserChanged { user }]);
        assert_eq!(users.audit_log(1).await.unwrap()[0].detail, format!("Joe (account {user}): rude words"));

        fn refused<T: std::fmt::Debug>(what: &str, answer: Result<T, UsersError>) {
            assert!(matches!(answer, Err(UsersError::Forbidden(_))), "{what}: {answer:?}");
        }
        refused("friends", users.unfriend(&joe, ann.id()).await);
        refused("profile", users.update_profile(&joe, ProfileChange::default()).await);
        refused("settings", users.set_settings(&joe, &Settings::default()).await);
        refused("a key", users.add_key(joe.id(), OTHER, &joe).await);
        refused("no key", users.remove_key(joe.id(), key.id, &joe).await);
        refused("password", users.change_password(&login.credential, &"another lamp 8 marmot".into()).await);
        assert_eq!(users.friends_of(joe.id()).await.unwrap().len(), 1);
        assert!(bodies(&mut reader).await.is_empty());
    });
}

#[test]
fn an_act_that_changes_nothing_is_neither_told_nor_written_down() {
    for_each_database(|domain, _| async move {
        let users = &domain.users;
        let joe = register(&domain, "Joe").await;
        let ann = register(&domain, "Ann").await;
        users.set_sysop(ann.id(), true, operator()).await.unwrap();
        let flags = BTreeSet::from(["files".to_owned()]);
        let mut acts = Vec::new();
        let mut reader = domain.events.reader().await.unwrap();
        for _ in 0..2 {
            acts.push(users.set_level(joe.id(), 50, operator()).await.unwrap());
            acts.push(users.set_flags(joe.id(), flags.clone(), operator()).await.unwrap());
            users.add_key(joe.id(), ED25519, operator()).await.unwrap();
        }
        for off in [true, false] {
            for _ in 0..2 {
                acts.push(users.set_sysop(joe.id(), off, operator()).await.unwrap());
            }
        }
        for _ in 0..2 {
            acts.push(users.ban(joe.id(), "rude", operator()).await.unwrap());
        }
        for _ in 0..2 {
            acts.push(users.set_banned(joe.id(), false, operator()).await.unwrap());
        }
        let (t, f) = (true, false);
        assert_eq!(acts, [t, t, f, f, t, f, t, f, t, f, t, f]);
        assert_eq!(bodies(&mut reader).await.len(), 8, "seven changes, and a ban is two events");
        let log = users.audit_log(7).await.unwrap();
        let mut lines: Vec<_> = log.iter().map(|line| (line.action.as_str(), line.detail.as_str())).collect();
        lines.reverse();
        let who = format!("Joe (account {})", joe.id());
        let detail = |rest: &str| format!("{who}: {rest}");
        let (level, flags, rude) = (detail("10 to 50"), detail("no flags to files"), detail("rude"));
        let key = log.iter().find(|line| line.action == "user.key.add").unwrap().detail.as_str();
        assert!(key.starts_with(&detail("ssh-ed25519")), "{key}");
        assert_eq!(
            lines,
            [
                ("user.level", level.as_str()),
                ("user.flags", &flags),
                ("user.key.add", key),
                ("user.sysop", &who),
                ("user.no_sysop", &who),
                ("user.ban", &rude),
                ("user.unban", &who),
            ]
        );
    });
}

#[test]
fn somebody_always_runs_the_board() {
    for_each_database(|domain, _| async move {
        let users = &domain.users;
        let joe = register(&domain, "Joe").await;
        // A board without a sysop has none to lose.
        users.set_sysop(joe.id(), false, operator()).await.unwrap();
        users.set_sysop(joe.id(), true, operator()).await.unwrap();
        let last = "That is the board's last sysop. Make somebody else a sysop first.";
        assert_eq!(words(users.set_sysop(joe.id(), false, operator()).await), last);
        assert_eq!(words(users.ban(joe.id(), "", operator()).await), last);
        assert!(users.caller(joe.id()).await.unwrap().is_sysop());

        // Of two who unseat each other at once one stays.
        let ann = register(&domain, "Ann").await;
        users.set_sysop(ann.id(), true, operator()).await.unwrap();
        let (one, other) =
            tokio::join!(users.set_sysop(ann.id(), false, operator()), users.ban(joe.id(), "", operator()));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    });
}

#[test]
fn of_two_sysops_who_unseat_each_other_one_stays() {
    for_each_database(|domain, url| async move {
        let (joe, ann, zoe) =
            (register(&domain, "Joe").await, register(&domain, "Ann").await, register(&domain, "Zoe").await);
        let (by_joe, by_ann) = (make_sysop(&domain, &joe).await, make_sysop(&domain, &ann).await);
        make_sysop(&domain, &zoe).await;
        let unseat = |whose: UserId, by: Sysop| {
            let users = domain.users.clone();
            tokio::spawn(async move { users.set_sysop(whose, false, by).await })
        };
        // Somebody else holds the third one's row, so that both are under way at once. SQLite has one writer anyway.
        let mut other = Raw::open(&url).await;
        let hold = format!("UPDATE users SET sysop = sysop WHERE id = {}", zoe.id());
        other.begin_on_postgres(&hold).await;
        let one = unseat(ann.id(), by_joe);
        other.wait_for_waiting(1).await;
        let two = unseat(joe.id(), by_ann);
        other.wait_for_waiting(2).await;
        other.commit_on_postgres().await;
        let (one, two) = (one.await.unwrap(), two.await.unwrap());
        let (Err(refused), Ok(true)) = (if one.is_ok() { (two, one) } else { (one, two) }) else {
            panic!("both are sysops no more");
        };
        assert!(matches!(refused, UsersError::Forbidden(_)), "{refused:?}");
    });
}

#[test]
fn what_one_caller_does_at_once_is_all_done() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        let ann = register(&domain, "Ann").await;
        let mut all = tokio::task::JoinSet::new();
        for n in 0..12 {
            let (users, joe, ann) = (domain.users.clone(), joe.clone(), ann.clone());
            all.spawn(async move {
                match n % 4 {
                    0 => users.update_profile(&joe, ProfileChange::default()).await.map(drop),
                    1 => users.set_settings(&joe, &Settings::default()).await,
                    2 => users.befriend(&joe, ann.id()).await,
                    _ => users.befriend(&ann, joe.id()).await,
                }
            });
        }
        while let Some(done) = all.join_next().await {
            done.unwrap().unwrap();
        }
    });
}

#[test]
fn a_sysop_of_yesterday_kicks_bans_and_adds_nobody() {
    for_each_database(|domain, _| async move {
        let users = &domain.users;
        let (joe, ann) = (register(&domain, "Joe").await, register(&domain, "Ann").await);
        let by_joe = make_sysop(&domain, &joe).await;
        make_sysop(&domain, &ann).await;
        users.set_sysop(joe.id(), false, operator()).await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        let log = users.audit_log(10).await.unwrap();
        let no = "Only the sysop may do that.";
        // Whether there is such a call is no longer theirs to know.
        assert_eq!(words(users.kick(by_joe, CallId(4711), "because").await), no);
        assert_eq!(words(users.ban(ann.id(), "because", by_joe).await), no);
        assert_eq!(words(users.add(account("Zoe"), by_joe).await), no);
        assert_eq!(bodies(&mut reader).await, []);
        assert_eq!(users.audit_log(10).await.unwrap(), log);
    });
}

#[test]
fn an_act_is_done_told_and_written_down_or_none_of_these() {
    for_each_database(|domain, url| async move {
        let users = &domain.users;
        let (joe, ann) = (register(&domain, "Joe").await, register(&domain, "Ann").await);
        let by_joe = make_sysop(&domain, &joe).await;
        let joe = users.caller(joe.id()).await.unwrap();
        let call = answered(&domain).await;
        let mut reader = domain.events.reader().await.unwrap();
        let log = users.audit_log(10).await.unwrap();
        let mut raw = Raw::open(&url).await;
        let lobby = NewBoard {
            slug: "lobby".to_owned(),
            name: "The Lobby".to_owned(),
            description: String::new(),
            rules: rules("all", "level >= 10"),
        };
        for table in ["audit", "events"] {
            raw.execute(&format!("ALTER TABLE {table} RENAME TO elsewhere")).await.unwrap();
            assert!(users.kick(by_joe, call, "because").await.is_err());
            assert!(domain.messaging.broadcast(by_joe, "hear me").await.is_err());
            assert!(domain.messaging.page_as(by_joe, &joe, ann.id(), "hello").await.is_err());
            assert!(users.ban(ann.id(), "because", by_joe).await.is_err());
            assert!(users.add(account("Zoe"), by_joe).await.is_err());
            assert!(domain.messaging.create_board(lobby.clone(), by_joe).await.is_err());
            raw.execute(&format!("ALTER TABLE elsewhere RENAME TO {table}")).await.unwrap();
            assert_eq!(bodies(&mut reader).await, [], "without {table}");
            assert_eq!(users.audit_log(10).await.unwrap(), log, "without {table}");
            assert_eq!(domain.messaging.pages(&ann).await.unwrap(), []);
            assert!(users.by_handle("Zoe").await.is_err());
        }
        assert!(users.ban(ann.id(), "because", by_joe).await.unwrap());
        domain.messaging.create_board(lobby, by_joe).await.unwrap();
        let line = &users.audit_log(1).await.unwrap()[0];
        assert_eq!(
            (line.actor, line.action.as_str(), line.detail.as_str()),
            (Some(joe.id()), "board.add", "lobby")
        );
    });
}

/// A call that nobody has logged in on.
async fn answered(domain: &Domain) -> CallId {
    let joining = Joining { name: Some("a"), host: "H", exclusive: false };
    let instance = domain.instances.join(joining).await.unwrap().id;
    let (transport, peer) = ("ssh".to_owned(), "192.0.2.7".to_owned());
    let new = NewCall { key: Uuid::new_v4(), instance, node: 1, transport, peer, columns: 80, rows: 24 };
    domain.users.call_answered(&new).await.unwrap()
}

#[test]
fn a_kick_is_one_event_and_one_line_in_the_audit_log() {
    for_each_database(|domain, _| async move {
        let users = &domain.users;
        let (joe, ann) = (register(&domain, "Joe").await, register(&domain, "Ann").await);
        let call = answered(&domain).await;
        users.call_logged_in(call, &ann).await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        let by_joe = make_sysop(&domain, &joe).await;
        users.kick(by_joe, call, "good night").await.unwrap();
        let (by, reason) = ("Joe".to_owned(), "good night".to_owned());
        let kicked = EventBody::CallKicked { call, by, reason };
        assert_eq!(bodies(&mut reader).await, [EventBody::UserChanged { user: joe.id() }, kicked]);
        // A command that names no sysop blames none.
        users.kick(operator(), call, "good night").await.unwrap();
        let by = "a command".to_owned();
        assert_eq!(
            bodies(&mut reader).await,
            [EventBody::CallKicked { call, by, reason: "good night".to_owned() }]
        );
        assert_eq!(users.audit_log(1).await.unwrap()[0].actor, None);
        let log = users.audit_log(10).await.unwrap();
        let kicks: Vec<_> =
            log.iter().filter(|line| line.action == "call.kick" && line.actor.is_some()).collect();
        assert_eq!(kicks.len(), 1);
        assert_eq!((kicks[0].actor, kicks[0].handle.as_ref()), (Some(joe.id()), Some(joe.handle())));
        assert_eq!(kicks[0].detail, format!("call {call} (Ann): good night"));
        assert!(users.call_is_open(call).await.unwrap());
        users.call_ended(call).await.unwrap();
        assert!(!users.call_is_open(call).await.unwrap());
        assert!(matches!(users.kick(by_joe, call, "").await, Err(UsersError::NotFound(_))));
    });
}
