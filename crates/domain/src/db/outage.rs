//! Whether the database answers and has room: said once in the log when that ends, and once when it is so again.
//! What fails meanwhile is not told one by one.

use super::DbError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long nothing must have failed before it counts as over. Old connections fail one by one after the server is back,
/// and on a full disk a small write may still succeed between two that do not.
const QUIET: Duration = Duration::from_secs(3);

/// What is the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Away,
    Full,
}

#[derive(Debug)]
struct Outage {
    trouble: Trouble,
    since: Instant,
    last: Instant,
}

/// What is known of one database. It looks at the answers that go by and asks nothing itself.
#[derive(Debug)]
pub(super) struct Health {
    /// The database in words, as `the database at 127.0.0.1:5432`.
    place: String,
    /// Whether there is an outage: all that is looked at while all is well.
    ill: AtomicBool,
    outage: Mutex<Option<Outage>>,
}

impl Health {
    pub(super) fn new(place: String) -> Self {
        Self { place, ill: AtomicBool::new(false), outage: Mutex::new(None) }
    }

    /// Takes note of how a statement ended. Only a commit shows that there is room.
    pub(super) fn saw<T>(&self, answer: &Result<T, DbError>, commit: bool) {
        match answer {
            Err(DbError::Unavailable | DbError::Unknown) => self.failed(Trouble::Away),
            Err(DbError::Full) => self.failed(Trouble::Full),
            Ok(_) if self.ill.load(Ordering::Relaxed) => self.answered(commit),
            Ok(_) | Err(DbError::Taken | DbError::Missing | DbError::Failed) => {}
        }
    }

    fn failed(&self, trouble: Trouble) {
        let now = Instant::now();
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *outage {
            Some(known) if known.trouble == trouble => known.last = now,
            _ => {
                match trouble {
                    Trouble::Away => tracing::error!("{} does not answer", self.place),
                    Trouble::Full => tracing::error!("no room on the disk under {}", self.place),
                }
                *outage = Some(Outage { trouble, since: now, last: now });
                self.ill.store(true, Ordering::Relaxed);
            }
        }
    }

    fn answered(&self, commit: bool) {
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = &*outage else { return };
        if known.last.elapsed() < QUIET || (known.trouble == Trouble::Full && !commit) {
            return;
        }
        let seconds = known.since.elapsed().as_secs();
        match known.trouble {
            Trouble::Away => tracing::info!(outage.seconds = seconds, "{} answers again", self.place),
            Trouble::Full => {
                tracing::info!(
                    outage.seconds = seconds,
                    "there is room again on the disk under {}",
                    self.place
                );
            }
        }
        *outage = None;
        self.ill.store(false, Ordering::Relaxed);
    }
}
