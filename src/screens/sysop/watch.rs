//! What the desk shows and does, beside its call: a database that is away never holds up a key.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use dialtone_domain::instances::Instance;
use dialtone_domain::users::OnlineCall;
use dialtone_domain::{Domain, correlation};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::acts::ActError;
use super::log::{Entry, Names};
use crate::call::{Call, EndReason};
use crate::switchboard::{SubscriptionHandle, Switchboard};
use crate::ui::Conversation;

/// How often the board is asked though nothing is heard of it: where callers are is no event.
const INTERVAL: Duration = Duration::from_secs(1);
/// The least time between two questions, however much happens.
const PAUSE: Duration = Duration::from_millis(100);
/// How long the board has to answer before the desk says that it does not.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the first look is waited for before the desk is shown without.
const FIRST: Duration = Duration::from_secs(1);
/// How long an act may take.
const ACT_PATIENCE: Duration = Duration::from_secs(10);

/// The board as it was last seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// The instances that are up.
    pub instances: Vec<Instance>,
    /// The open calls.
    pub calls: Vec<OnlineCall>,
    /// What happened, oldest first.
    pub log: Vec<Entry>,
    /// Whether the database has answered at all.
    pub answered: bool,
    /// Since when it has not.
    pub silent_since: Option<DateTime<Utc>>,
}

/// What the desk has to say of what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It is under way, or done.
    Done(String),
    /// It was not done.
    Refused(String),
}

impl Said {
    /// In words.
    pub fn words(&self) -> &str {
        match self {
            Self::Done(words) | Self::Refused(words) => words,
        }
    }
}

struct Shared {
    seen: ArcSwap<Seen>,
    said: Mutex<Option<Said>>,
    looked: Notify,
    call: SubscriptionHandle,
}

impl Shared {
    /// The database answers again. What was refused meanwhile has yet to be read.
    fn say_again(&self) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*said, Some(Said::Refused(_))) {
            *said = Some(Said::Done("The database answers again.".to_owned()));
        }
    }

    fn say(&self, said: Option<Said>) {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = said;
    }
}

/// Looks at the board until it is dropped, and wakes the call when there is something new.
pub struct Watch {
    shared: Arc<Shared>,
    looking: AbortHandle,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

impl Watch {
    /// Begins to look, and waits a moment for what there is to see.
    pub async fn open(call: &mut Call) -> Self {
        let shared = Arc::new(Shared {
            seen: ArcSwap::default(),
            said: Mutex::default(),
            looked: Notify::new(),
            call: call.subscription.handle().clone(),
        });
        let names = Names::new(Arc::clone(call.language()));
        let switchboard = Arc::clone(&call.server.switchboard);
        let looking = look_on(call.domain.clone(), switchboard, names, Arc::clone(&shared));
        let looking = tokio::spawn(correlation::carry(looking)).abort_handle();
        // Without, the desk says that it waits.
        timeout(FIRST, shared.looked.notified()).await.ok();
        Self { shared, looking }
    }

    /// The board as it was last seen.
    pub fn seen(&self) -> Arc<Seen> {
        self.shared.seen.load_full()
    }

    /// What there is to say of what was done last.
    pub fn said(&self) -> Option<Said> {
        self.shared.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The sysop has read what was said, and does something else.
    pub fn heard(&self) {
        self.shared.say(None);
    }

    /// Does something, beside the call: `words` say that it is under way, and what comes of it is said on the desk. It is
    /// done also if the sysop leaves at once. In plain text it is waited for.
    pub async fn act(
        &self,
        call: &mut Call,
        words: String,
        act: impl Future<Output = Result<String, ActError>> + Send + 'static,
    ) -> Result<(), EndReason> {
        self.shared.say(Some(Said::Done(words)));
        let shared = Arc::clone(&self.shared);
        let task = call.server.loose_ends.spawn(correlation::carry(async move {
            let said = match timeout(ACT_PATIENCE, act).await {
                Ok(Ok(done)) => Said::Done(done),
                Ok(Err(refused)) => Said::Refused(refused.to_string()),
                Err(_) => Said::Refused(
                    "The database did not answer in time; it may or may not be done.".to_owned(),
                ),
            };
            shared.say(Some(said));
            shared.call.wake();
        }));
        if !call.plain() {
            return Ok(());
        }
        task.await.ok();
        match self.said() {
            Some(said) => call.say(said.words()).await,
            None => Ok(()),
        }
    }
}

async fn look_on(domain: Domain, switchboard: Arc<Switchboard>, mut names: Names, shared: Arc<Shared>) {
    let tail = switchboard.event_tail();
    let mut happened = tail.count();
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut log: Vec<Entry> = Vec::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            // The switchboard lasts as long as the call.
            _ = happened.changed() => {}
        }
        let before = shared.seen.load_full();
        let look = async {
            let instances = domain.instances.list().await.ok()?;
            let calls = domain.users.online().await.ok()?;
            // With the calls of before: a caller who has just gone is among those only.
            names.calls = calls.iter().chain(&before.calls).cloned().collect();
            names.instances.clone_from(&instances);
            let mut entries = Vec::new();
            for heard in tail.all() {
                let known = log.iter().position(|entry| entry.seq == heard.event.seq);
                let entry = match known {
                    Some(known) => log.swap_remove(known),
                    None => names.entry(&domain, &heard).await,
                };
                entries.push(entry);
            }
            Some((instances, calls, entries))
        };
        let now = match timeout(PATIENCE, look).await {
            Ok(Some((instances, calls, entries))) => {
                if before.silent_since.is_some() {
                    shared.say_again();
                }
                Seen { instances, calls, log: entries, answered: true, silent_since: None }
            }
            Ok(None) | Err(_) => Seen {
                instances: before.instances.clone(),
                calls: before.calls.clone(),
                log: before.log.clone(),
                answered: before.answered,
                silent_since: Some(before.silent_since.unwrap_or_else(Utc::now)),
            },
        };
        log.clone_from(&now.log);
        shared.seen.store(Arc::new(now));
        shared.looked.notify_one();
        shared.call.wake();
        sleep(PAUSE).await;
    }
}
