//! Asks the board once a second, and when its bell rings, what the console is to show. Runs beside the screen, so a
//! database that is away never holds up a key.

use std::time::Duration;

use dialtone_domain::instances::Instance;
use dialtone_domain::users::{Actor, OnlineCall};
use dialtone_domain::{Caller, Domain, Event, EventReader};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::acts::{Act, perform};
use super::model::{TAIL, Word};

/// How often the board is asked.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long it has to answer before the console says that it does not.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an act may take.
const ACT_PATIENCE: Duration = Duration::from_secs(10);

/// What the screen hears from beside it.
#[derive(Debug)]
pub enum News {
    /// The board as it is now, and what happened since the last time.
    Board {
        /// The instances that are up.
        instances: Vec<Instance>,
        /// The open calls.
        calls: Vec<OnlineCall>,
        /// New entries of the log, in order.
        events: Vec<Event>,
    },
    /// The database does not answer.
    Silence,
    /// How an act ended.
    Word(Word),
}

/// Looks until nobody wants the news any more.
pub async fn watch(domain: Domain, news: mpsc::Sender<News>) {
    let mut watcher = Watcher { domain, reader: None, events: Vec::new() };
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = watcher.domain.events.rung() => {}
            () = news.closed() => return,
        }
        let seen = match timeout(PATIENCE, watcher.look()).await {
            Ok(Some((instances, calls))) => {
                News::Board { instances, calls, events: std::mem::take(&mut watcher.events) }
            }
            Ok(None) | Err(_) => News::Silence,
        };
        if news.send(seen).await.is_err() {
            return;
        }
    }
}

struct Watcher {
    domain: Domain,
    reader: Option<EventReader>,
    /// Read but not yet told: a look that is given up half way loses none.
    events: Vec<Event>,
}

impl Watcher {
    /// `None` when the database does not answer.
    async fn look(&mut self) -> Option<(Vec<Instance>, Vec<OnlineCall>)> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(self.domain.events.reader().await.ok()?),
        };
        loop {
            let batch = reader.next_batch().await.ok()?;
            if batch.is_empty() {
                break;
            }
            self.events.extend(batch);
            self.events.drain(..self.events.len().saturating_sub(TAIL));
        }
        let instances = self.domain.instances.list().await.ok()?;
        let calls = self.domain.users.online().await.ok()?;
        Some((instances, calls))
    }
}

/// Does something to callers, pages in the name of `sysop`, and tells how it ended.
pub async fn act(domain: Domain, sysop: Caller, by: Actor, act: Act, news: mpsc::Sender<News>) {
    let word = match timeout(ACT_PATIENCE, perform(&domain, &sysop, by, &act)).await {
        Ok(Ok(done)) => Word::Done(done.words),
        Ok(Err(refused)) => Word::Refused(refused.to_string()),
        Err(_) => Word::Refused("The database did not answer in time; it may or may not be done.".to_owned()),
    };
    // Nobody listens only when the console has been left.
    drop(news.send(News::Word(word)).await);
}
