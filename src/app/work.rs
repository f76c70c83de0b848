//! The board's own work: the quote feed and the hourly tidying, by one instance at a time; and who is where.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use dialtone_domain::market::feed::SimulatedFeed;
use dialtone_domain::{CallId, Domain, InstanceId, Unavailable};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::switchboard::Switchboard;

/// How often the simulated feed moves.
const TICK: Duration = Duration::from_secs(5);
/// How often old rows are forgotten.
const TIDYING: Duration = Duration::from_secs(3600);
/// How long events are kept: an instance that was away for less finds them all.
const EVENTS_KEPT: TimeDelta = TimeDelta::days(7);
/// How long the calls of guests are kept, and of those who never logged in: anybody can make as many as they like.
const PASSING_CALLS_KEPT: TimeDelta = TimeDelta::days(1);
/// How long all other calls are kept.
const CALLS_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a page is kept after it was seen.
const PAGES_KEPT: TimeDelta = TimeDelta::days(90);
/// How long an instance that is gone is remembered: one that only slept comes back.
const INSTANCES_KEPT: TimeDelta = TimeDelta::days(30);

/// Moves the prices while this instance leads.
pub async fn quote_feed(domain: Domain, instance: InstanceId, shutdown: CancellationToken) {
    let mut feed = SimulatedFeed::new();
    let mut rng = StdRng::from_os_rng();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = tick(&domain, instance, &mut feed, &mut rng).await {
            // The database's own lines say why.
            tracing::debug!(error, "the quotes were not moved");
        }
    }
}

async fn tick(
    domain: &Domain,
    instance: InstanceId,
    feed: &mut SimulatedFeed,
    rng: &mut StdRng,
) -> Result<(), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    if !domain.instances.lead(instance, "quotes").await.map_err(|e| words(&e))? {
        return Ok(());
    }
    let quotes = domain.market.quotes().await.map_err(|e| words(&e))?;
    let ticks = feed.next(rng, &quotes);
    domain.market.publish(&ticks).await.map_err(|e| words(&e))
}

/// Forgets old rows while this instance leads. What the sysop did (the audit log) is kept for good.
pub async fn tidy(domain: Domain, instance: InstanceId, shutdown: CancellationToken) {
    let mut ticks = interval(TIDYING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if matches!(domain.instances.lead(instance, "tidy").await, Ok(true)) {
            let now = Utc::now();
            forgotten("events", domain.events.prune(now - EVENTS_KEPT).await);
            let calls = domain.users.prune_calls(now - PASSING_CALLS_KEPT, now - CALLS_KEPT);
            forgotten("calls", calls.await);
            forgotten("pages", domain.messaging.prune_pages(now - PAGES_KEPT).await);
            forgotten("instances", domain.instances.prune(now - INSTANCES_KEPT).await);
        }
    }
}

fn forgotten(what: &str, gone: Result<u64, Unavailable>) {
    match gone {
        Ok(0) => {}
        Ok(gone) => tracing::info!(what, gone, "old rows forgotten"),
        Err(error) => tracing::warn!(what, %error, "old rows not forgotten"),
    }
}

/// Tells every call when the minute has changed, and soon after somebody came or went.
pub async fn keep_time(switchboard: Arc<Switchboard>, closing: CancellationToken) {
    switchboard.board_stats().keep_time(&closing).await;
}

/// Writes down who is where; of several moves of one call only the last.
pub async fn write_places(
    domain: Domain,
    mut moves: mpsc::Receiver<(CallId, String)>,
    closing: CancellationToken,
) {
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            came = moves.recv_many(&mut batch, 256) => if came == 0 { return },
        }
        let latest: HashMap<CallId, String> = batch.drain(..).collect();
        for (call, place) in latest {
            if let Err(error) = domain.users.call_moved(call, &place).await {
                tracing::debug!(%error, "a move was not written down");
            }
        }
    }
}
