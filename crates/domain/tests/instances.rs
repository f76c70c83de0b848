//! Instances, their leases, and the calls that live as long as those.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod raw;
mod support;

use chrono::DateTime;
use dialtone_domain::instances::{InstancesError, JoinError, Joining};
use dialtone_domain::users::{NewAccount, NewCall};
use dialtone_domain::{CallId, Caller, Domain, EventBody, EventReader, InstanceId, UserId, UsersError};
use raw::Raw;
use sqlx::{Connection, PgConnection, SqliteConnection};
use support::for_each_database;
use uuid::Uuid;

async fn register(domain: &Domain, handle: &str) -> Caller {
    let new = NewAccount {
        handle: handle.to_owned(),
        password: "tidal marmot 7 lamp".into(),
        ..NewAccount::default()
    };
    domain.users.register(new).await.unwrap()
}

async fn join(domain: &Domain, name: &str) -> InstanceId {
    let joining = Joining { name: Some(name), host: "here:2323", exclusive: false };
    domain.instances.join(joining).await.unwrap().id
}

fn new_call(instance: InstanceId) -> NewCall {
    NewCall {
        key: Uuid::new_v4(),
        instance,
        node: 1,
        transport: "telnet".to_owned(),
        peer: "192.0.2.7\x1b[2J".to_owned(),
        columns: 80,
        rows: 25,
    }
}

async fn answer(domain: &Domain, instance: InstanceId) -> CallId {
    domain.users.call_answered(&new_call(instance)).await.unwrap()
}

/// What has happened, without when.
async fn bodies(reader: &mut EventReader) -> Vec<EventBody> {
    let mut bodies: Vec<EventBody> =
        reader.next_batch().await.unwrap().into_iter().map(|event| event.body).collect();
    for body in &mut bodies {
        if let EventBody::UserOnline { since, .. } = body {
            *since = DateTime::UNIX_EPOCH;
        }
    }
    bodies
}

fn online(who: &Caller, call: CallId) -> EventBody {
    let since = DateTime::UNIX_EPOCH;
    EventBody::UserOnline { user: who.id(), handle: who.handle().clone(), call, since }
}

fn offline(who: &Caller, call: CallId) -> EventBody {
    EventBody::UserOffline { user: who.id(), handle: who.handle().clone(), call }
}

/// Lets a lease run out, as if its instance had been silent for that long.
async fn let_expire(url: &str, instance: InstanceId) {
    macro_rules! expire {
        ($link:ty) => {{
            let mut link = <$link>::connect(url).await.unwrap();
            let long_ago = chrono::Utc::now() - chrono::TimeDelta::hours(1);
            let instances = sqlx::query("UPDATE instances SET expires_at = $2 WHERE id = $1")
                .bind(instance)
                .bind(long_ago);
            instances.execute(&mut link).await.unwrap();
            let leases = sqlx::query("UPDATE leases SET expires_at = $2 WHERE instance = $1")
                .bind(instance)
                .bind(long_ago);
            leases.execute(&mut link).await.unwrap();
        }};
    }
    if url.starts_with("sqlite:") {
        expire!(SqliteConnection);
    } else {
        expire!(PgConnection);
    }
}

#[test]
fn a_call_is_online_from_answer_to_hangup() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        let instance = join(&domain, "a").await;
        let mut reader = domain.events.reader().await.unwrap();
        let call = answer(&domain, instance).await;
        let seen = domain.users.online().await.unwrap();
        assert_eq!((seen.len(), seen[0].user, seen[0].peer.as_str()), (1, None, "192.0.2.7[2J"));

        let first = domain.users.call_logged_in(call, &joe).await.unwrap();
        assert_eq!((first.call_number, first.last_call), (1, None));
        domain.users.call_moved(call, "Message boards").await.unwrap();
        let seen = domain.users.online().await.unwrap();
        assert_eq!(
            (seen[0].call, seen[0].user, &seen[0].handle),
            (call, Some(joe.id()), &Some(joe.handle().clone()))
        );
        assert_eq!((seen[0].place.as_str(), seen[0].instance_name.as_str()), ("Message boards", "a"));
        assert_eq!(domain.instances.list().await.unwrap()[0].calls, 1);

        domain.users.call_ended(call).await.unwrap();
        domain.users.call_ended(call).await.unwrap();
        assert!(domain.users.online().await.unwrap().is_empty());
        assert_eq!(bodies(&mut reader).await, [online(&joe, call), offline(&joe, call)]);
        assert!(matches!(domain.users.call_logged_in(call, &joe).await, Err(UsersError::NotFound(_))));

        let again = answer(&domain, instance).await;
        let second = domain.users.call_logged_in(again, &joe).await.unwrap();
        assert_eq!(second.call_number, 2);
        assert_eq!(second.last_call, Some(domain.users.last_callers(9).await.unwrap()[1].at));
        let profile = domain.users.profile(joe.id()).await.unwrap();
        assert_eq!(profile.calls, 2);
        assert!(profile.last_call_at > second.last_call);
    });
}

#[test]
fn a_guest_is_seen_but_is_no_last_caller() {
    for_each_database(|domain, _| async move {
        let instance = join(&domain, "a").await;
        let call = answer(&domain, instance).await;
        let guest = domain.users.guest();
        assert_eq!(domain.users.call_logged_in(call, &guest).await.unwrap().call_number, 1);
        assert_eq!(domain.users.online().await.unwrap()[0].user, Some(UserId::GUEST));
        assert!(domain.users.last_callers(9).await.unwrap().is_empty());
        domain.users.call_ended(call).await.unwrap();
        let unknown = answer(&domain, instance).await;
        let mut reader = domain.events.reader().await.unwrap();
        domain.users.call_ended(unknown).await.unwrap();
        assert!(bodies(&mut reader).await.is_empty());
    });
}

#[test]
fn a_silent_instance_is_not_shown_and_its_calls_are_closed_by_another() {
    for_each_database(|domain, url| async move {
        let joe = register(&domain, "Joe").await;
        let dead = join(&domain, "dead").await;
        let live = join(&domain, "live").await;
        let call = answer(&domain, dead).await;
        domain.users.call_logged_in(call, &joe).await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();

        let_expire(&url, dead).await;
        assert!(domain.users.online().await.unwrap().is_empty());
        assert_eq!(domain.instances.list().await.unwrap().len(), 1);
        let (one, other) = tokio::join!(domain.instances.renew(live), domain.instances.renew(live));
        assert_eq!((one, other), (Ok(()), Ok(())));
        assert_eq!(bodies(&mut reader).await, [offline(&joe, call)]);
    });
}

#[test]
fn a_instance_that_was_only_asleep_comes_back_with_the_calls_it_still_has() {
    for_each_database(|domain, url| async move {
        let joe = register(&domain, "Joe").await;
        let ann = register(&domain, "Ann").await;
        let asleep = join(&domain, "asleep").await;
        let (stays, goes) = (answer(&domain, asleep).await, answer(&domain, asleep).await);
        domain.users.call_logged_in(stays, &joe).await.unwrap();
        domain.users.call_logged_in(goes, &ann).await.unwrap();
        let other = join(&domain, "other").await;
        let_expire(&url, asleep).await;
        domain.instances.renew(other).await.unwrap();
        domain.users.call_ended(goes).await.unwrap();

        let mut reader = domain.events.reader().await.unwrap();
        domain.instances.renew(asleep).await.unwrap();
        assert_eq!(bodies(&mut reader).await, [online(&joe, stays)]);
        let calls: Vec<_> = domain.users.online().await.unwrap().iter().map(|seen| seen.call).collect();
        assert_eq!(calls, [stays]);
    });
}

#[test]
fn a_name_is_held_as_long_as_its_lease_and_never_taken_from_a_instance_that_runs() {
    for_each_database(|domain, url| async move {
        let joe = register(&domain, "Joe").await;
        let before = join(&domain, "a").await;
        let call = answer(&domain, before).await;
        domain.users.call_logged_in(call, &joe).await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        let other = join(&domain, "b").await;

        let again = Joining { name: Some("a"), host: "elsewhere:2323", exclusive: false };
        let Err(JoinError::Held(holder)) = domain.instances.join(again).await else { panic!("it is held") };
        assert_eq!((holder.id, holder.host.as_str()), (before, "here:2323"));
        domain.instances.renew(before).await.unwrap();
        let Err(JoinError::Held(renewed)) = domain.instances.join(again).await else { panic!("it is held") };
        assert!(renewed.expires_at > holder.expires_at);
        assert!(bodies(&mut reader).await.is_empty(), "the one that runs took no harm");

        // It crashes, and its lease runs out.
        let_expire(&url, before).await;
        let after = domain.instances.join(again).await.unwrap().id;
        assert_eq!(bodies(&mut reader).await, [offline(&joe, call)]);
        assert_eq!(domain.instances.renew(before).await, Err(InstancesError::Replaced));
        let up = domain.instances.list().await.unwrap();
        let up: Vec<_> = up.iter().map(|instance| (instance.id, instance.host.as_str())).collect();
        assert_eq!(up, [(other, "here:2323"), (after, "elsewhere:2323")]);

        // A name that was given back is free at once.
        domain.instances.leave(after).await.unwrap();
        assert!(domain.instances.join(again).await.is_ok());
        let alone = Joining { name: Some("c"), host: "here:2323", exclusive: true };
        let alone = domain.instances.join(alone).await.unwrap().id;
        let ids: Vec<_> = domain.instances.list().await.unwrap().iter().map(|instance| instance.id).collect();
        assert_eq!(ids, [alone]);
    });
}

#[test]
fn instances_without_a_name_get_the_lowest_numbers_that_are_free() {
    for_each_database(|domain, _| async move {
        join(&domain, "2").await;
        let unnamed = Joining { name: None, host: "here:2323", exclusive: false };
        let joining: Vec<_> = (0..6)
            .map(|_| {
                let domain = domain.clone();
                tokio::spawn(async move { domain.instances.join(unnamed).await.unwrap() })
            })
            .collect();
        let mut joined = Vec::new();
        for instance in joining {
            joined.push(instance.await.unwrap());
        }
        joined.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<_> = joined.iter().map(|instance| instance.name.as_str()).collect();
        assert_eq!(names, ["1", "3", "4", "5", "6", "7"]);
        domain.instances.leave(joined[2].id).await.unwrap();
        assert_eq!(domain.instances.join(unnamed).await.unwrap().name, "4");
    });
}

#[test]
fn a_instance_that_leaves_takes_its_calls_along() {
    for_each_database(|domain, _| async move {
        let joe = register(&domain, "Joe").await;
        let instance = join(&domain, "a").await;
        let call = answer(&domain, instance).await;
        domain.users.call_logged_in(call, &joe).await.unwrap();
        let mut reader = domain.events.reader().await.unwrap();
        domain.instances.leave(instance).await.unwrap();
        assert_eq!(bodies(&mut reader).await, [offline(&joe, call)]);
        assert!(domain.users.online().await.unwrap().is_empty());
        assert!(domain.instances.list().await.unwrap().is_empty());
    });
}

#[test]
fn an_office_is_held_by_one_instance_until_its_lease_is_over() {
    for_each_database(|domain, url| async move {
        let a = join(&domain, "a").await;
        let b = join(&domain, "b").await;
        assert!(domain.instances.lead(a, "feed").await.unwrap());
        assert!(!domain.instances.lead(b, "feed").await.unwrap());
        assert!(domain.instances.lead(a, "feed").await.unwrap());
        assert!(domain.instances.lead(b, "mail").await.unwrap());
        let_expire(&url, a).await;
        assert!(domain.instances.lead(b, "feed").await.unwrap());
        domain.instances.leave(b).await.unwrap();
        domain.instances.renew(a).await.unwrap();
        assert!(domain.instances.lead(a, "mail").await.unwrap());
    });
}

#[test]
fn a_call_written_down_twice_is_one_call() {
    for_each_database(|domain, _| async move {
        let instance = join(&domain, "a").await;
        let call = new_call(instance);
        let (one, other) = tokio::join!(domain.users.call_answered(&call), domain.users.call_answered(&call));
        let id = one.unwrap();
        assert_eq!(other.unwrap(), id);
        assert_eq!(domain.users.online().await.unwrap().len(), 1);
        // It is the same call after its end, which stays its end.
        domain.users.call_ended(id).await.unwrap();
        assert_eq!(domain.users.call_answered(&call).await.unwrap(), id);
        assert!(domain.users.online().await.unwrap().is_empty());
        assert_ne!(answer(&domain, instance).await, id);
    });
}

#[test]
fn an_instance_that_renews_while_another_joins_keeps_its_name() {
    for_each_database(|domain, url| async move {
        let sleeper = join(&domain, "attic").await;
        let_expire(&url, sleeper).await;
        // It wakes up and renews just as a newcomer has found its lease over. SQLite has one writer anyway.
        let mut renewal = Raw::open(&url).await;
        let soon = "CURRENT_TIMESTAMP + INTERVAL '1 minute'";
        renewal
            .begin_on_postgres(&format!("UPDATE instances SET expires_at = {soon} WHERE id = {sleeper}"))
            .await;
        if let Raw::Sqlite(_) = renewal {
            domain.instances.renew(sleeper).await.unwrap();
        }
        let newcomer = tokio::spawn({
            let domain = domain.clone();
            async move {
                let joining = Joining { name: Some("attic"), host: "there:2323", exclusive: false };
                domain.instances.join(joining).await
            }
        });
        renewal.wait_for_waiting(1).await;
        renewal.commit_on_postgres().await;
        let refused = newcomer.await.unwrap().unwrap_err();
        assert!(matches!(&refused, JoinError::Held(holder) if holder.id == sleeper), "{refused:?}");
        domain.instances.renew(sleeper).await.unwrap();
    });
}
