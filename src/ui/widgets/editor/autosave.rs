//! When what is being written is handed over to be kept: in a pause, now and then while there is none, and at the end.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// A pause in the writing that is long enough to keep what there is.
const PAUSE: Duration = Duration::from_secs(2);
/// The longest that changes go unsaved while there is no pause.
const LONGEST: Duration = Duration::from_secs(10);

/// Keeps a text that is being written. Nobody waits for it, so it must not block.
pub trait Autosave: Debug + Send + Sync {
    /// Keeps the text as it is now, in place of what was kept before.
    fn save(&self, text: String);
}

/// What has changed since the text was kept.
#[derive(Debug, Default)]
pub struct UnsavedChanges {
    autosave: Option<Arc<dyn Autosave>>,
    /// The first change and the last.
    since: Option<(Instant, Instant)>,
}

impl UnsavedChanges {
    /// Nothing has changed yet.
    pub fn new(autosave: Option<Arc<dyn Autosave>>) -> Self {
        Self { autosave, since: None }
    }

    /// The text has changed.
    pub fn changed(&mut self) {
        if self.autosave.is_some() {
            let now = Instant::now();
            self.since = Some((self.since.map_or(now, |(first, _)| first), now));
        }
    }

    /// When the text is to be kept; none while nothing has changed.
    pub fn due(&self) -> Option<Instant> {
        self.since.map(|(first, last)| (last + PAUSE).min(first + LONGEST))
    }

    /// Whether it is to be kept now.
    pub fn is_due(&self) -> bool {
        self.due().is_some_and(|due| due <= Instant::now())
    }

    /// Keeps the text, if it has changed.
    pub fn save(&mut self, text: impl FnOnce() -> String) {
        if self.since.take().is_some()
            && let Some(autosave) = &self.autosave
        {
            autosave.save(text());
        }
    }

    /// Whoever opened the editor has the text now.
    pub fn handed_over(&mut self) {
        self.since = None;
    }
}
