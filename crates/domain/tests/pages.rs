//! The pager: what is sent, what waits, who may.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod people;
mod support;

use dialtone_domain::messaging::Unread;
use dialtone_domain::users::{NewAccount, Sysop};
use dialtone_domain::{Caller, Domain, EventBody, FloodLimits, MessagingError, PageId, Secret, UserId};
use people::{caller, sysop};
use support::{for_each_database, operator};

async fn account(domain: &Domain, handle: &str) -> Caller {
    let password = Secret::from("a dozen crossbar switches");
    let new = NewAccount { handle: handle.into(), password, ..NewAccount::default() };
    domain.users.register(new).await.unwrap()
}

fn words(refused: Result<PageId, MessagingError>) -> String {
    refused.unwrap_err().to_string()
}

#[test]
fn a_page_waits_until_it_is_seen() {
    for_each_database(|domain, _| async move {
        let (ada, bob) = (account(&domain, "Ada").await, account(&domain, "Bob").await);
        let cy = account(&domain, "Cy").await;
        let mut events = domain.events.reader().await.unwrap();
        let messaging = &domain.messaging;
        let first = messaging.page(&ada, bob.id(), " are you\u{7} \u{1b}[2Jthere?\r\n").await.unwrap();
        let second = messaging.page(&ada, bob.id(), "hello").await.unwrap();
        messaging.page(&bob, ada.id(), "yes").await.unwrap();
        let unread = |pages| Unread { messages: 0, pages };
        assert_eq!(messaging.unread(&bob).await.unwrap(), unread(2));

        let pages = messaging.pages(&bob).await.unwrap();
        let seen: Vec<_> = pages.iter().map(|page| (page.id, page.text.as_str(), page.seen)).collect();
        assert_eq!(seen, [(second, "hello", false), (first, "are you [2Jthere?", false)]);
        assert_eq!(pages[0].from.to_string(), "Ada");
        messaging.mark_pages_seen(&bob, first).await.unwrap();
        messaging.mark_pages_seen(&cy, second).await.unwrap();
        let seen: Vec<bool> = messaging.pages(&bob).await.unwrap().iter().map(|page| page.seen).collect();
        assert_eq!(seen, [false, true]);
        assert_eq!(messaging.unread(&bob).await.unwrap(), unread(1));
        assert_eq!(messaging.unread(&ada).await.unwrap(), unread(1));
        assert_eq!(messaging.unread(&domain.users.guest()).await.unwrap(), unread(0));

        let told = events.next_batch().await.unwrap();
        let expected = EventBody::PageSent {
            page: first,
            from: ada.id(),
            from_handle: ada.handle().clone(),
            to: bob.id(),
            text: "are you [2Jthere?".into(),
        };
        assert_eq!((told.len(), &told[0].body), (3, &expected));
    });
}

#[test]
fn a_page_that_cannot_be_is_refused_in_words() {
    for_each_database(|domain, _| async move {
        let (ada, bob) = (account(&domain, "Ada").await, account(&domain, "Bob").await);
        let mut events = domain.events.reader().await.unwrap();
        let messaging = &domain.messaging;
        let join = "Guests may look, not page: call again as NEW to join.";
        assert_eq!(words(messaging.page(&domain.users.guest(), bob.id(), "hi").await), join);
        assert_eq!(words(messaging.page(&ada, UserId::GUEST, "hi").await), "A guest has no pager.");
        assert_eq!(words(messaging.page(&ada, ada.id(), "hi").await), "That is your own pager.");
        assert_eq!(words(messaging.page(&ada, UserId(999), "hi").await), "There is no such caller here.");
        let cal = account(&domain, "Cal").await;
        domain.users.ban(cal.id(), "", operator()).await.unwrap();
        assert_eq!(words(messaging.page(&ada, cal.id(), "hi").await), "That account is closed.");
        while !events.next_batch().await.unwrap().is_empty() {}
        assert_eq!(words(messaging.page(&ada, bob.id(), "\r\n\u{1b}").await), "There is nothing to send.");
        let long = "That is 241 characters, 240 is the most.";
        assert_eq!(words(messaging.page(&ada, bob.id(), &"x".repeat(241)).await), long);
        assert!(events.next_batch().await.unwrap().is_empty());

        for _ in 0..20 {
            messaging.page(&ada, bob.id(), "look at me").await.unwrap();
        }
        let flood = "They have 20 pages of yours to look at first.";
        assert_eq!(words(messaging.page(&ada, bob.id(), "look at me").await), flood);
        let newest = messaging.pages(&bob).await.unwrap()[0].id;
        messaging.mark_pages_seen(&bob, newest).await.unwrap();
        messaging.page(&ada, bob.id(), "thank you").await.unwrap();
    });
}

#[test]
fn the_sysop_alone_speaks_to_everybody() {
    people::for_each_database(|domain, _| async move {
        let mut events = domain.events.reader().await.unwrap();
        assert!(Sysop::of(&caller(&domain, 7).await).is_err());
        let by_sysop = Sysop::of(&sysop(&domain).await).unwrap();
        assert!(domain.messaging.broadcast(by_sysop, " ").await.is_err());
        domain.messaging.broadcast(by_sysop, "Down at\nmidnight").await.unwrap();
        let told = events.next_batch().await.unwrap();
        let text = "Down at midnight".to_owned();
        let log = domain.users.audit_log(10).await.unwrap();
        let lines: Vec<_> =
            log.iter().map(|line| (line.actor, line.action.as_str(), &*line.detail)).collect();
        assert_eq!(lines, [(Some(sysop(&domain).await.id()), "broadcast", "Down at midnight")]);
        let from_handle = sysop(&domain).await.handle().clone();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].body, EventBody::Broadcast { from_handle, text });
        // A command speaks as the board's first sysop, and blames none.
        let shown = domain.messaging.broadcast(operator(), "Up again").await.unwrap();
        assert_eq!(&shown, sysop(&domain).await.handle());
        assert_eq!(domain.users.audit_log(1).await.unwrap()[0].actor, None);
    });
}

#[test]
fn a_page_by_the_board_leaves_a_line_and_a_sysop_pages_in_their_own_name() {
    people::for_each_database(|domain, _| async move {
        let messaging = &domain.messaging;
        let by_sysop = Sysop::of(&sysop(&domain).await).unwrap();
        messaging
            .page_as(by_sysop, &sysop(&domain).await, caller(&domain, 7).await.id(), "all well?")
            .await
            .unwrap();
        messaging
            .page_as(operator(), &caller(&domain, 8).await, caller(&domain, 7).await.id(), "hello")
            .await
            .unwrap();
        assert!(
            messaging
                .page_as(by_sysop, &caller(&domain, 8).await, caller(&domain, 7).await.id(), "not me")
                .await
                .is_err()
        );
        let log = domain.users.audit_log(10).await.unwrap();
        let lines: Vec<_> =
            log.iter().map(|line| (line.actor, line.action.as_str(), &*line.detail)).collect();
        assert_eq!(
            lines,
            [
                (None, "page", "Caller 8 to Caller 7"),
                (Some(sysop(&domain).await.id()), "page", "Caller 1 to Caller 7")
            ]
        );
        assert_eq!(messaging.pages(&caller(&domain, 7).await).await.unwrap().len(), 2);
    });
}

#[test]
fn a_caller_pages_so_often_in_a_minute() {
    for_each_database(|domain, _| async move {
        let (ada, bob) = (account(&domain, "Ada").await, account(&domain, "Bob").await);
        let domain = domain.limited(&FloodLimits { pages_per_minute: 2, ..FloodLimits::default() });
        let messaging = &domain.messaging;
        assert!(messaging.page(&ada, bob.id(), "").await.is_err(), "and does not count");
        assert!(messaging.page(&ada, UserId(999), "there?").await.is_err(), "nor does this");
        for text in ["are you", "there?"] {
            messaging.page(&ada, bob.id(), text).await.unwrap();
        }
        let refused = messaging.page(&ada, bob.id(), "hello?").await;
        assert_eq!(words(refused), "You've sent 2 pages in a minute. Try again in a moment.");
        messaging.page(&bob, ada.id(), "yes").await.unwrap();
        domain.users.set_sysop(ada.id(), true, operator()).await.unwrap();
        let ada = domain.users.caller(ada.id()).await.unwrap();
        for _ in 0..5 {
            messaging.page(&ada, bob.id(), "all well?").await.unwrap();
        }
    });
}

#[test]
fn a_banned_caller_pages_nobody_and_a_sysop_of_yesterday_speaks_to_nobody() {
    for_each_database(|domain, _| async move {
        let (ada, bob) = (account(&domain, "Ada").await, account(&domain, "Bob").await);
        domain.users.set_sysop(ada.id(), true, operator()).await.unwrap();
        domain.users.set_sysop(bob.id(), true, operator()).await.unwrap();
        let before = domain.users.caller(bob.id()).await.unwrap();
        domain.users.set_sysop(bob.id(), false, operator()).await.unwrap();
        let of_yesterday = Sysop::of(&before).unwrap();
        let refused = domain.messaging.broadcast(of_yesterday, "still me").await.unwrap_err();
        assert!(matches!(refused, MessagingError::Forbidden(_)), "{refused:?}");
        let refused =
            domain.messaging.page_as(of_yesterday, &before, ada.id(), "still me").await.unwrap_err();
        assert!(matches!(refused, MessagingError::Forbidden(_)), "{refused:?}");
        domain.users.ban(bob.id(), "", operator()).await.unwrap();
        let refused = domain.messaging.page(&before, ada.id(), "let me in").await.unwrap_err();
        assert_eq!(refused, MessagingError::Forbidden("This account is closed.".to_owned()));
        assert!(domain.messaging.pages(&ada).await.unwrap().is_empty());
    });
}
