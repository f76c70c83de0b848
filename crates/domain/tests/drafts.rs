//! What is being written is saved until it is posted or thrown away.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod people;
mod raw;
mod support;

use dialtone_domain::messaging::{Draft, MessagingError, NewBoard, Poster};
use dialtone_domain::{Caller, Domain};
use people::{caller, for_each_database};
use raw::Raw;
use support::{operator, rules};
use uuid::Uuid;

async fn poster(domain: &Domain, who: &Caller) -> Poster {
    let new = NewBoard {
        slug: "lobby".into(),
        name: "The Lobby".into(),
        description: String::new(),
        rules: rules("all", "level >= 10"),
    };
    let board = match domain.messaging.board_by_slug("lobby").await {
        Ok(board) => board,
        Err(_) => domain.messaging.create_board(new, operator()).await.unwrap(),
    };
    domain.messaging.poster(who, board.id).await.unwrap()
}

fn draft(body: &str) -> Draft {
    Draft { subject: "A riddle".into(), body: body.into(), reply_to: None, key: Some(Uuid::new_v4()) }
}

async fn bodies(domain: &Domain, who: &Caller) -> Vec<String> {
    domain.messaging.drafts(who).await.unwrap().into_iter().map(|saved| saved.draft.body).collect()
}

#[test]
fn a_draft_is_there_until_it_is_posted() {
    for_each_database(|domain, url| async move {
        let (ada, bob) = (caller(&domain, 7).await, caller(&domain, 8).await);
        let (hers, his) = (poster(&domain, &ada).await, poster(&domain, &bob).await);
        let mut events = domain.events.reader().await.unwrap();
        let riddle = draft("What has keys");
        domain.messaging.save_draft(&hers, &riddle).await.unwrap();
        let longer = Draft { body: "What has keys\nand opens no lock?\n".into(), ..riddle.clone() };
        domain.messaging.save_draft(&hers, &longer).await.unwrap();
        // Somebody else's draft with the same key is theirs.
        domain.messaging.save_draft(&his, &Draft { body: "his".into(), ..riddle.clone() }).await.unwrap();
        assert!(events.next_batch().await.unwrap().is_empty(), "nobody else hears of a draft");

        let saved = domain.messaging.drafts(&ada).await.unwrap();
        assert_eq!(saved.len(), 1);
        assert_eq!(saved[0].draft, longer);
        assert_eq!((saved[0].board_name.as_str(), saved[0].thread), ("The Lobby", None));
        let posted = domain.messaging.post(&hers, longer.clone()).await.unwrap();
        assert_eq!(bodies(&domain, &ada).await, Vec::<String>::new());
        assert_eq!(bodies(&domain, &bob).await, ["his"]);
        let mut raw = Raw::open(&url).await;
        assert_eq!(raw.number("SELECT COUNT(*) FROM drafts").await, 1, "it went with the post");

        // A save that was under way when it was posted brings nothing back.
        domain.messaging.save_draft(&hers, &riddle).await.unwrap();
        domain.messaging.save_draft(&hers, &longer).await.unwrap();
        assert_eq!(bodies(&domain, &ada).await, Vec::<String>::new());

        let answer = Draft { reply_to: Some(posted.id), ..draft("A terminal") };
        domain.messaging.save_draft(&hers, &answer).await.unwrap();
        let saved = domain.messaging.drafts(&ada).await.unwrap();
        assert_eq!(saved[0].thread, Some(posted.thread));
        // Refused: it stays.
        raw.execute("UPDATE boards SET post_rule = 'level >= 50'").await.unwrap();
        domain.messaging.post(&hers, answer.clone()).await.unwrap_err();
        assert_eq!(bodies(&domain, &ada).await, ["A terminal"]);
        domain.messaging.forget_draft(&ada, answer.key.unwrap()).await.unwrap();
        assert_eq!(bodies(&domain, &ada).await, Vec::<String>::new());
        assert!(domain.messaging.drafts(&domain.users.guest()).await.unwrap().is_empty());
    });
}

#[test]
fn what_is_written_after_the_key_was_posted_is_refused_and_not_lost_silently() {
    for_each_database(|domain, url| async move {
        let ada = caller(&domain, 7).await;
        let hers = poster(&domain, &ada).await;
        let riddle = draft("What has keys");
        let key = riddle.key.unwrap();
        assert_eq!(domain.messaging.posted(&hers, key).await.unwrap(), None);
        let posted = domain.messaging.post(&hers, riddle.clone()).await.unwrap();
        assert_eq!(domain.messaging.posted(&hers, key).await.unwrap(), Some(posted));
        let his = poster(&domain, &caller(&domain, 8).await).await;
        assert_eq!(domain.messaging.posted(&his, key).await.unwrap(), None, "a key is its author's alone");

        let longer = Draft { body: "What has keys\nand opens no lock?".into(), ..riddle.clone() };
        let refused = domain.messaging.save_draft(&hers, &longer).await.unwrap_err();
        assert!(matches!(refused, MessagingError::Conflict(_)), "{refused}");
        assert_eq!(bodies(&domain, &ada).await, Vec::<String>::new());
        let own = Draft { key: Some(Uuid::new_v4()), ..longer.clone() };
        domain.messaging.save_draft(&hers, &own).await.unwrap();
        assert_eq!(bodies(&domain, &ada).await, std::slice::from_ref(&own.body));

        // Saved while the post was on its way: what it has beyond the message is offered, what is in it is not.
        let mut raw = Raw::open(&url).await;
        raw.execute("UPDATE messages SET post_key = (SELECT post_key FROM drafts WHERE user_id = 7) WHERE author_id = 7")
            .await
            .unwrap();
        assert_eq!(bodies(&domain, &ada).await, [own.body]);
        raw.execute("UPDATE drafts SET body = 'What has \n'").await.unwrap();
        assert_eq!(bodies(&domain, &ada).await, Vec::<String>::new());
    });
}

#[test]
fn drafts_are_bounded_in_size_and_number() {
    for_each_database(|domain, url| async move {
        let ada = caller(&domain, 7).await;
        let hers = poster(&domain, &ada).await;
        let long = draft(&format!("\0\u{1b}[2J{}", "é".repeat(70_000)));
        domain.messaging.save_draft(&hers, &long).await.unwrap();
        let kept = bodies(&domain, &ada).await;
        assert!(kept[0].len() <= 65_536 && kept[0].starts_with("[2Jé"));
        for n in 0..12 {
            domain.messaging.save_draft(&hers, &draft(&n.to_string())).await.unwrap();
        }
        let expected: Vec<String> = (2..12).rev().map(|n| n.to_string()).collect();
        assert_eq!(bodies(&domain, &ada).await, expected, "the newest ten");
        let mut raw = Raw::open(&url).await;
        assert_eq!(raw.number("SELECT COUNT(*) FROM drafts").await, 10);
        let keyless = Draft { key: None, ..draft("no key") };
        domain.messaging.save_draft(&hers, &keyless).await.unwrap();
        assert_eq!(bodies(&domain, &ada).await, expected);
        // The board is gone: the text is not.
        raw.execute("DELETE FROM boards").await.unwrap();
        assert_eq!(domain.messaging.drafts(&ada).await.unwrap()[0].board_name, "");
    });
}
