//! The event log: every committed event reaches every reader once, whatever order transactions commit in.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod raw;
mod support;
mod writers;

use dialtone_domain::instances::Joining;
use dialtone_domain::users::{NewAccount, NewCall};
use dialtone_domain::{Domain, Event, EventBody, EventReader, Handle, MessagingError, correlation};
use raw::Raw;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use support::{for_each_database, operator};
use uuid::Uuid;
use writers::Writer;

fn say(text: &str) -> EventBody {
    EventBody::Broadcast { from_handle: Handle::guest(), text: text.to_owned() }
}

fn texts(events: &[Event]) -> Vec<String> {
    let text = |event: &Event| match &event.body {
        EventBody::Broadcast { text, .. } => text.clone(),
        other => format!("{other:?}"),
    };
    events.iter().map(text).collect()
}

/// Appends an event as the domain does it: with an act, here a broadcast by command.
async fn tell(domain: &Domain, text: &str) -> Result<Handle, MessagingError> {
    domain.messaging.broadcast(operator(), text).await
}

async fn read(reader: &mut EventReader) -> Vec<String> {
    texts(&reader.next_batch().await.unwrap())
}

/// Reads until no hole is left, and expects nothing more. A hole waits for every transaction of the whole server
/// that is older, those of other tests among them.
async fn settle(reader: &mut EventReader) {
    let settling = async {
        while reader.gaps() > 0 {
            assert!(read(reader).await.is_empty());
        }
    };
    tokio::time::timeout(Duration::from_secs(60), settling).await.expect("no hole is left");
}

/// SQLite has one writer at a time, so a number cannot be open there while a higher one commits.
fn one_writer(url: &str) -> bool {
    url.starts_with("sqlite:")
}

#[test]
fn an_event_carries_its_instance_and_correlation_and_is_read_once() {
    for_each_database(|domain, _| async move {
        tell(&domain, "before").await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        let joining = Joining { name: Some("a"), host: "here:2323", exclusive: false };
        let instance = domain.instances.join(joining).await.unwrap().id;
        let there = domain.as_instance(instance);
        correlation::scope("call-7".to_owned(), tell(&there, "one")).await.unwrap();
        tell(&domain, "two").await.unwrap();

        let events = reader.next_batch().await.unwrap();
        assert_eq!(texts(&events), ["one", "two"]);
        assert_eq!(events[0].instance, Some(instance));
        assert_eq!(events[0].correlation.as_deref(), Some("call-7"));
        assert_eq!((events[1].instance, &events[1].correlation), (None, &None));
        assert!(events[0].seq < events[1].seq);
        assert!(reader.next_batch().await.unwrap().is_empty());
    });
}

#[test]
fn the_events_of_one_transaction_are_appended_at_once_and_in_order() {
    for_each_database(|domain, _| async move {
        let joining = Joining { name: Some("a"), host: "here:2323", exclusive: false };
        let instance = domain.instances.join(joining).await.unwrap().id;
        let mut calls = BTreeSet::new();
        for node in 0..300 {
            let call = NewCall {
                key: Uuid::new_v4(),
                instance,
                node,
                transport: "telnet".to_owned(),
                peer: "192.0.2.7".to_owned(),
                columns: 80,
                rows: 25,
            };
            let call = domain.users.call_answered(&call).await.unwrap();
            domain.users.call_logged_in(call, &domain.users.guest()).await.unwrap();
            calls.insert(call);
        }
        let new =
            NewAccount { handle: "Joe".into(), password: "tidal marmot 7 lamp".into(), ..Default::default() };
        let joe = domain.users.register(new).await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        domain.instances.leave(instance).await.unwrap();
        let events = reader.next_batch().await.unwrap();
        let ended = events.iter().filter_map(|event| match event.body {
            EventBody::UserOffline { call, .. } => Some(call),
            _ => None,
        });
        assert_eq!((ended.collect::<BTreeSet<_>>(), events.len()), (calls, 300));
        assert!(events.iter().all(|event| event.at == events[0].at), "one statement");

        for round in 0..20 {
            let reason = format!("{round}: \"enough\" \\ {{}} \u{e9}\u{1f4de}");
            domain.users.ban(joe.id(), &reason, operator()).await.unwrap();
            domain.users.set_banned(joe.id(), false, operator()).await.unwrap();
            let events = reader.next_batch().await.unwrap();
            let user = joe.id();
            let bodies: Vec<EventBody> = events.into_iter().map(|event| event.body).collect();
            let changed = EventBody::UserChanged { user };
            assert_eq!(bodies, [EventBody::UserBanned { user, reason }, changed.clone(), changed]);
        }
    });
}

#[test]
fn no_ring_of_the_doorbell_is_missed() {
    for_each_database(|domain, _| async move {
        let (one, other) = (domain.events.clone(), domain.events.clone());
        tell(&domain, "before anybody listens").await.unwrap();
        one.rung().await;
        other.rung().await;
        let listening = tokio::spawn(async move { one.rung().await });
        tell(&domain, "again").await.unwrap();
        listening.await.unwrap();
        other.rung().await;
    });
}

#[test]
fn a_long_log_comes_in_batches_that_leave_nothing_out() {
    for_each_database(|domain, url| async move {
        let mut reader = domain.events.reader().await.unwrap();
        let mut writer = Writer::begin(&url).await;
        for n in 0..2_500 {
            writer.append(&say(&n.to_string())).await;
        }
        writer.commit().await;
        let mut all = Vec::new();
        loop {
            let batch = read(&mut reader).await;
            assert!(batch.len() <= 1_000);
            if batch.is_empty() {
                break;
            }
            all.extend(batch);
        }
        assert_eq!(all, (0..2_500).map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(reader.gaps(), 0);
    });
}

#[test]
fn a_lower_number_that_commits_later_is_delivered() {
    for_each_database(|domain, url| async move {
        if one_writer(&url) {
            return;
        }
        let mut reader = domain.events.reader().await.unwrap();
        let mut slow = Writer::begin(&url).await;
        slow.append(&say("low")).await;
        tell(&domain, "high").await.unwrap();
        assert_eq!(read(&mut reader).await, ["high"]);
        assert_eq!(reader.gaps(), 1);
        assert!(read(&mut reader).await.is_empty());
        slow.commit().await;
        tell(&domain, "higher").await.unwrap();
        assert_eq!(read(&mut reader).await, ["low", "higher"]);
        assert_eq!(reader.gaps(), 0);
    });
}

#[test]
fn the_holder_of_a_hole_may_be_the_newest_transaction_of_all() {
    for_each_database(|domain, url| async move {
        if one_writer(&url) {
            return;
        }
        let mut reader = domain.events.reader().await.unwrap();
        let mut older = Writer::begin(&url).await;
        older.own_id().await;
        let mut newest = Writer::begin(&url).await;
        newest.append(&say("low, by the newest")).await;
        older.append(&say("high, by the older")).await;
        older.commit().await;
        // The snapshot's xmax is now the newest transaction's own id, and so is its xmin.
        assert_eq!(read(&mut reader).await, ["high, by the older"]);
        for _ in 0..3 {
            assert!(read(&mut reader).await.is_empty());
            assert_eq!(reader.gaps(), 1);
        }
        newest.commit().await;
        assert_eq!(read(&mut reader).await, ["low, by the newest"]);
        assert_eq!(reader.gaps(), 0);
    });
}

#[test]
fn a_hole_that_a_rollback_left_is_given_up_and_delays_nothing() {
    for_each_database(|domain, url| async move {
        if one_writer(&url) {
            return;
        }
        let mut reader = domain.events.reader().await.unwrap();
        // An idle transaction elsewhere, older than all that follows.
        let mut idle = Writer::begin(&url).await;
        idle.own_id().await;
        let mut undone = Writer::begin(&url).await;
        undone.append(&say("never")).await;
        tell(&domain, "first").await.unwrap();
        undone.rollback().await;
        assert_eq!(read(&mut reader).await, ["first"]);
        for n in 0..3 {
            tell(&domain, &n.to_string()).await.unwrap();
            assert_eq!(read(&mut reader).await, [n.to_string()]);
            assert_eq!(reader.gaps(), 1);
        }
        idle.rollback().await;
        settle(&mut reader).await;
    });
}

#[test]
fn a_reader_that_starts_while_a_number_is_open_gets_that_one_and_none_before() {
    for_each_database(|domain, url| async move {
        if one_writer(&url) {
            return;
        }
        tell(&domain, "old").await.unwrap();
        let mut open = Writer::begin(&url).await;
        open.append(&say("open")).await;
        tell(&domain, "also old").await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        assert!(read(&mut reader).await.is_empty());
        open.commit().await;
        assert_eq!(read(&mut reader).await, ["open"]);
        assert_eq!(reader.gaps(), 0);
    });
}

#[test]
fn pruning_keeps_the_newest_and_disturbs_no_reader() {
    for_each_database(|domain, url| async move {
        let mut reader = domain.events.reader().await.unwrap();
        let mut writer = Writer::begin(&url).await;
        for n in 0..1_200 {
            writer.append(&say(&n.to_string())).await;
        }
        writer.commit().await;
        assert_eq!(read(&mut reader).await.len(), 1_000);
        let later = chrono::Utc::now() + chrono::TimeDelta::hours(1);
        assert_eq!(domain.events.prune(later).await.unwrap(), 200);
        assert_eq!(read(&mut reader).await.len(), 200);
        let mut fresh = domain.events.reader().await.unwrap();
        assert!(read(&mut fresh).await.is_empty());
        tell(&domain, "new").await.unwrap();
        assert_eq!(read(&mut fresh).await, ["new"]);
        assert_eq!(read(&mut reader).await, ["new"]);
        assert_eq!((fresh.gaps(), reader.gaps()), (0, 0));
    });
}

#[test]
fn old_entries_are_forgotten_in_slices_and_a_failure_undoes_one_of_them() {
    for_each_database(|domain, url| async move {
        let mut writer = Writer::begin(&url).await;
        for n in 0..3_000 {
            writer.append(&say(&n.to_string())).await;
        }
        writer.commit().await;
        let mut raw = Raw::open(&url).await;
        let refuse: &[&str] = match &raw {
            Raw::Postgres(_) => &[
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                 $$BEGIN RAISE EXCEPTION 'not this one'; END$$",
                "CREATE TRIGGER stop BEFORE DELETE ON events FOR EACH ROW WHEN (OLD.seq = 1200) \
                 EXECUTE FUNCTION refuse()",
            ],
            Raw::Sqlite(_) => &["CREATE TRIGGER stop BEFORE DELETE ON events WHEN OLD.seq = 1200 \
                 BEGIN SELECT RAISE(ABORT, 'not this one'); END"],
        };
        for statement in refuse {
            raw.execute(statement).await.unwrap();
        }
        let later = chrono::Utc::now() + chrono::TimeDelta::hours(1);
        assert!(domain.events.prune(later).await.is_err());
        assert_eq!(raw.number("SELECT MIN(seq) FROM events").await, 1_001, "two slices are gone for good");
        assert_eq!(raw.number("SELECT COUNT(*) FROM events").await, 2_000, "the third is all there");
        let drop = match &raw {
            Raw::Postgres(_) => "DROP TRIGGER stop ON events",
            Raw::Sqlite(_) => "DROP TRIGGER stop",
        };
        raw.execute(drop).await.unwrap();
        assert_eq!(domain.events.prune(later).await.unwrap(), 1_000);
        assert_eq!(raw.number("SELECT COUNT(*) FROM events").await, 1_000, "the newest stay");
        assert_eq!(domain.events.prune(later).await.unwrap(), 0);
    });
}

#[test]
fn many_writers_that_pause_and_roll_back_lose_and_double_nothing() {
    const WRITERS: usize = 8;
    const TURNS: usize = 40;
    for_each_database(|domain, url| async move {
        let mut reader = domain.events.reader().await.unwrap();
        let work: Vec<_> = (0..WRITERS)
            .map(|writer| tokio::spawn(write(domain.clone(), url.clone(), writer, TURNS)))
            .collect();
        let writing = tokio::spawn(async move {
            let mut committed = BTreeMap::new();
            for (writer, work) in work.into_iter().enumerate() {
                committed.insert(writer, work.await.unwrap());
            }
            committed
        });

        let mut delivered: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let reading = async {
            let mut over = false;
            while !over || reader.gaps() > 0 {
                // Asked first: what was committed by then is in the reads that follow.
                over = writing.is_finished();
                loop {
                    let batch = read(&mut reader).await;
                    if batch.is_empty() {
                        break;
                    }
                    for text in batch {
                        let writer = text.split('-').next().unwrap().parse().unwrap();
                        delivered.entry(writer).or_default().push(text);
                    }
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(120), reading).await.expect("the log is read to its end");
        assert_eq!(delivered, writing.await.unwrap());
    });
}

/// Writes `turns` transactions of one to three events, some of which pause before they end and some of which
/// roll back. Returns what was committed, in order.
async fn write(domain: Domain, url: String, writer: usize, turns: usize) -> Vec<String> {
    let mut committed = Vec::new();
    for turn in 0..turns {
        let text = |part: usize| format!("{writer}-{turn}-{part}");
        if (writer + turn).is_multiple_of(3) {
            tell(&domain, &text(0)).await.unwrap();
            committed.push(text(0));
            continue;
        }
        let mut transaction = Writer::begin(&url).await;
        let parts: Vec<String> = (0..1 + rand::random_range(0..3)).map(text).collect();
        for part in &parts {
            transaction.append(&say(part)).await;
        }
        // The pause is what is tested: the number is drawn and its transaction open.
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..6))).await;
        if rand::random_range(0..4) == 0 {
            transaction.rollback().await;
        } else {
            transaction.commit().await;
            committed.extend(parts);
        }
    }
    committed
}

#[test]
fn an_event_of_an_unknown_kind_is_passed_over_and_stops_nothing() {
    for_each_database(|domain, url| async move {
        let mut reader = domain.events.reader().await.unwrap();
        tell(&domain, "before").await.unwrap();
        let mut raw = Raw::open(&url).await;
        let body = r#"{"type":"parrot_landed"}"#;
        let insert = match &raw {
            Raw::Postgres(_) => {
                format!("INSERT INTO events (at, kind, body) VALUES (now(), 'parrot', '{body}')")
            }
            Raw::Sqlite(_) => format!(
                "INSERT INTO events (at, kind, body) VALUES ('2026-11-21T20:41:07Z', 'parrot', '{body}')"
            ),
        };
        raw.execute(&insert).await.unwrap();
        tell(&domain, "after").await.unwrap();
        assert_eq!(read(&mut reader).await, ["before", "after"]);
        assert_eq!(reader.gaps(), 0);
    });
}

#[test]
fn postgres_rings_for_the_other_processes() {
    for_each_database(|domain, url| async move {
        if one_writer(&url) {
            assert!(domain.events.listen().is_none());
            return domain.events.ring_others().await.unwrap();
        }
        let other = Domain::open(&url).await.unwrap();
        let mut listener = domain.events.listen().unwrap();
        listener.rung().await; // it has begun to listen
        other.events.ring_others().await.unwrap();
        listener.rung().await;
        drop(listener);
        other.close().await;
    });
}
