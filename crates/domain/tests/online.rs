//! Who is on line: the number that is kept as they come and go, and the list page by page.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dice;
mod people;
mod raw;
mod support;

use dialtone_domain::instances::{InstancesError, Joining};
use dialtone_domain::users::{NewCall, OnlineCallers};
use dialtone_domain::{CallId, Caller, Domain, EventReader, InstanceId, UserId};
use dice::Dice;
use people::{caller, for_each_database};
use raw::Raw;
use std::collections::HashSet;
use tokio::task::JoinSet;
use uuid::Uuid;

const ACTS: usize = 400;

async fn join(domain: &Domain, name: &str) -> InstanceId {
    let joining = Joining { name: Some(name), host: "here:2323", exclusive: false };
    domain.instances.join(joining).await.unwrap().id
}

async fn answer(domain: &Domain, instance: InstanceId) -> CallId {
    let call = NewCall {
        key: Uuid::new_v4(),
        instance,
        node: 1,
        transport: "telnet".to_owned(),
        peer: "192.0.2.7".to_owned(),
        columns: 80,
        rows: 25,
    };
    domain.users.call_answered(&call).await.unwrap()
}

/// Lets a lease run out.
async fn silence(raw: &mut Raw, instance: InstanceId) {
    let sql = format!("UPDATE instances SET expires_at = since WHERE id = {instance}");
    assert_eq!(raw.execute(&sql).await.unwrap(), 1);
}

async fn hear(reader: &mut EventReader, kept: &mut OnlineCallers) {
    loop {
        let events = reader.next_batch().await.unwrap();
        for event in &events {
            kept.take(event);
        }
        if events.is_empty() && reader.gaps() == 0 {
            return;
        }
    }
}

/// The calls of everybody who is on line, page by page.
async fn pages(domain: &Domain, size: i64) -> Vec<CallId> {
    let (mut calls, mut after) = (Vec::new(), None);
    loop {
        let page = domain.users.online_page(after, size).await.unwrap();
        assert!(page.iter().all(|call| call.handle.is_some()));
        calls.extend(page.iter().map(|call| call.call));
        match page.last() {
            Some(last) => after = last.number,
            None => return calls,
        }
    }
}

/// What is kept is what counting says, for whoever was there all the time and for whoever begins now.
async fn agrees(domain: &Domain, raw: &mut Raw, kept: &OnlineCallers) {
    let open = "FROM calls c JOIN instances n ON n.id = c.instance WHERE n.present AND c.ended_at IS NULL";
    let guests = raw.number(&format!("SELECT COUNT(*) {open} AND c.user_id = 0")).await;
    let callers = raw.number(&format!("SELECT COUNT(DISTINCT c.user_id) {open} AND c.user_id <> 0")).await;
    assert_eq!(i64::try_from(kept.count()).unwrap(), guests + callers);
    assert_eq!(domain.users.online_callers().await.unwrap().count(), kept.count());
    let calls = raw.number(&format!("SELECT COUNT(*) {open} AND c.user_id IS NOT NULL")).await;
    let listed = pages(domain, 3).await;
    assert_eq!(i64::try_from(listed.len()).unwrap(), calls);
    assert_eq!(listed.iter().collect::<HashSet<_>>().len(), listed.len(), "nobody twice");
    for user in (1..6).map(UserId) {
        let calls = raw.number(&format!("SELECT COUNT(*) {open} AND c.user_id = {user}")).await;
        assert_eq!(i64::try_from(kept.calls_of(user)).unwrap(), calls);
        assert_eq!(domain.users.is_online(user).await.unwrap(), calls > 0);
    }
}

#[test]
fn the_number_on_line_is_what_counting_says_whoever_comes_and_goes() {
    for_each_database(|domain, url| async move {
        let mut raw = Raw::open(&url).await;
        let mut reader = domain.events.reader().await.unwrap();
        let mut kept = domain.users.online_callers().await.unwrap();
        let keeper = join(&domain, "keeper").await;
        // The others, each with whether it is silent.
        let mut others = [(join(&domain, "a").await, false), (join(&domain, "b").await, false)];
        let mut callers: Vec<Caller> = vec![domain.users.guest()];
        for id in 1..6 {
            callers.push(caller(&domain, id).await);
        }
        let (mut fresh, mut known): (Vec<(CallId, bool)>, Vec<CallId>) = (Vec::new(), Vec::new());
        let mut dice = Dice(1981);
        let (mut most, mut returns) = (0, 0);
        for act in 0..ACTS {
            match dice.throw(16) {
                0..=4 => {
                    let n = dice.throw(others.len() + 1);
                    let (instance, silent) = others.get(n).copied().unwrap_or((keeper, false));
                    fresh.push((answer(&domain, instance).await, silent));
                }
                5..=9 if !fresh.is_empty() => {
                    let (call, _) = fresh.swap_remove(dice.throw(fresh.len()));
                    let who = &callers[dice.throw(callers.len())];
                    domain.users.call_logged_in(call, who).await.unwrap();
                    known.push(call);
                }
                10 | 11 if !known.is_empty() => {
                    let call = known.swap_remove(dice.throw(known.len()));
                    domain.users.call_ended(call).await.unwrap();
                }
                12 if !fresh.is_empty() => {
                    let (call, _) = fresh.swap_remove(dice.throw(fresh.len()));
                    domain.users.call_ended(call).await.unwrap();
                }
                13 => {
                    let n = dice.throw(others.len());
                    silence(&mut raw, others[n].0).await;
                    domain.instances.renew(keeper).await.unwrap();
                    others[n].1 = true;
                }
                14 => {
                    let n = dice.throw(others.len());
                    domain.instances.renew(others[n].0).await.unwrap();
                    returns += usize::from(std::mem::replace(&mut others[n].1, false));
                }
                15 => {
                    // It crashes, and another process takes its name.
                    let n = dice.throw(others.len());
                    silence(&mut raw, others[n].0).await;
                    let name = if n == 0 { "a" } else { "b" };
                    let before = std::mem::replace(&mut others[n], (join(&domain, name).await, false)).0;
                    assert_eq!(domain.instances.renew(before).await, Err(InstancesError::Replaced));
                }
                _ => {}
            }
            hear(&mut reader, &mut kept).await;
            agrees(&domain, &mut raw, &kept).await;
            most = most.max(kept.count());
            if act % 100 == 99 {
                // Also after a start in the middle of it all.
                reader = domain.events.reader().await.unwrap();
                kept = domain.users.online_callers().await.unwrap();
            }
        }
        assert!(most > 6 && returns > 3, "{most} on line at most, {returns} came back");
    });
}

#[test]
fn the_number_on_line_is_right_after_all_come_and_go_at_once() {
    for_each_database(|domain, url| async move {
        let mut raw = Raw::open(&url).await;
        let mut reader = domain.events.reader().await.unwrap();
        let mut kept = domain.users.online_callers().await.unwrap();
        let (keeper, shaky) = (join(&domain, "keeper").await, join(&domain, "shaky").await);
        let mut tasks = JoinSet::new();
        for task in 0..6 {
            let domain = domain.clone();
            tasks.spawn(async move {
                let who = if task == 0 { domain.users.guest() } else { caller(&domain, task).await };
                for n in 0..30 {
                    let call = answer(&domain, if n % 5 == 0 { keeper } else { shaky }).await;
                    domain.users.call_logged_in(call, &who).await.unwrap();
                    if n % 3 > 0 {
                        domain.users.call_ended(call).await.unwrap();
                    }
                }
            });
        }
        // Meanwhile one of the two falls silent again and again, and is back.
        let mut rounds = 0;
        while !tasks.is_empty() {
            while tasks.try_join_next().is_some() {}
            silence(&mut raw, shaky).await;
            domain.instances.renew(keeper).await.unwrap();
            domain.instances.renew(shaky).await.unwrap();
            rounds += 1;
        }
        assert!(rounds > 1);
        hear(&mut reader, &mut kept).await;
        agrees(&domain, &mut raw, &kept).await;
        assert_eq!(pages(&domain, 50).await.len(), 6 * 10);
    });
}

#[test]
fn the_last_caller_is_whoever_logged_in_last_and_not_whoever_is_back() {
    for_each_database(|domain, url| async move {
        let mut raw = Raw::open(&url).await;
        let mut reader = domain.events.reader().await.unwrap();
        let mut kept = domain.users.online_callers().await.unwrap();
        let (keeper, asleep) = (join(&domain, "keeper").await, join(&domain, "asleep").await);
        let log_in = async |instance, id| {
            let (call, who) = (answer(&domain, instance).await, caller(&domain, id).await);
            domain.users.call_logged_in(call, &who).await.unwrap();
        };
        log_in(asleep, 2).await;
        log_in(keeper, 3).await;
        let guest = answer(&domain, keeper).await;
        domain.users.call_logged_in(guest, &domain.users.guest()).await.unwrap();
        silence(&mut raw, asleep).await;
        domain.instances.renew(keeper).await.unwrap();
        domain.instances.renew(asleep).await.unwrap();
        hear(&mut reader, &mut kept).await;
        assert_eq!((kept.count(), kept.last().unwrap().handle.as_str()), (3, "Caller 3"));
        assert_eq!(domain.users.online_callers().await.unwrap().last(), kept.last());
    });
}

#[test]
fn friends_come_page_by_page_with_where_they_are() {
    for_each_database(|domain, _| async move {
        let me = caller(&domain, 7).await;
        for id in (1..=60).filter(|id| *id != 7) {
            domain.users.befriend(&me, UserId(id)).await.unwrap();
        }
        let instance = join(&domain, "a").await;
        let (call, eight) = (answer(&domain, instance).await, caller(&domain, 8).await);
        domain.users.call_logged_in(call, &eight).await.unwrap();
        domain.users.call_moved(call, "the tape").await.unwrap();
        let mut friends = Vec::new();
        loop {
            let after =
                friends.last().map(|last: &dialtone_domain::users::Friend| last.profile.handle.clone());
            let page = domain.users.friends(me.id(), after.as_ref(), 25).await.unwrap();
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= 25);
            friends.extend(page);
        }
        let all: HashSet<UserId> = friends.iter().map(|friend| friend.profile.id).collect();
        assert_eq!((friends.len(), all.len()), (59, 59));
        assert!(friends.is_sorted_by_key(|friend| friend.profile.handle.folded()));
        let here: Vec<_> = friends.iter().filter_map(|friend| friend.place.as_deref()).collect();
        assert_eq!(here, ["the tape"]);
    });
}
