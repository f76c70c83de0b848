//! Saves what a caller writes while they write it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dialtone_domain::messaging::{Draft, MessagingError, Poster};
use dialtone_domain::{Domain, correlation};
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::call::Call;
use crate::ui::Autosave;

/// The time between two tries to save.
const AGAIN: Duration = Duration::from_secs(2);
/// Tries after the call is over.
const LAST_TRIES: u32 = 30;

/// Saves one draft as it is written. Nobody waits for it: what waits to be saved is the last text alone, and it is
/// tried again for as long as the call lives.
#[derive(Debug)]
pub struct DraftSaver {
    inner: Arc<Inner>,
    loose_ends: TaskTracker,
}

#[derive(Debug)]
struct Inner {
    domain: Domain,
    poster: Poster,
    /// The draft without text and key.
    draft: Draft,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The key it is saved and posted under.
    key: Uuid,
    /// The key before, until nothing is saved under it.
    former: Option<Uuid>,
    /// What is to be saved; an empty text is a draft to be thrown away.
    waiting: Option<String>,
    /// Somebody is saving.
    saving: bool,
    /// There may be something in the records.
    stored: bool,
    /// The text is being posted, or was: what was typed before is no draft of its own.
    posting: bool,
    /// The call is over.
    over: bool,
}

impl State {
    /// What was posted under `key` is another text than this: it goes on under a key of its own.
    fn leave(&mut self, key: Uuid) {
        if self.key == key {
            self.former = Some(std::mem::replace(&mut self.key, Uuid::new_v4()));
        }
    }
}

impl Inner {
    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn save(&self, body: &str) -> Result<(), MessagingError> {
        let messaging = &self.domain.messaging;
        loop {
            let key = self.state(|state| state.key);
            if body.trim().is_empty() {
                messaging.forget_draft(self.poster.who(), key).await?;
                break;
            }
            let draft = Draft { body: body.to_owned(), key: Some(key), ..self.draft.clone() };
            match messaging.save_draft(&self.poster, &draft).await {
                // Another call of this caller posted it, or a post whose answer was lost arrived.
                Err(MessagingError::Conflict(_)) if !self.state(|state| state.posting) => {
                    self.state(|state| state.leave(key));
                }
                Err(MessagingError::Conflict(_)) => return Ok(()),
                saved => {
                    saved?;
                    break;
                }
            }
        }
        if let Some(former) = self.state(|state| state.former) {
            messaging.forget_draft(self.poster.who(), former).await?;
            self.state(|state| state.former = None);
        }
        Ok(())
    }

    /// Saves until nothing waits.
    async fn run(&self) {
        let mut tries = 0;
        loop {
            let next = self.state(|state| {
                let next = state.waiting.take();
                state.saving = next.is_some();
                next
            });
            let Some(body) = next else { return };
            let error = match self.save(&body).await {
                Ok(()) => continue,
                Err(error @ MessagingError::Unavailable(_)) => error,
                Err(refused) => {
                    // It would be refused again: the account is closed, or the board is not theirs to post on any more.
                    tracing::info!(error = %refused, "a draft was refused");
                    continue;
                }
            };
            let over = self.state(|state| {
                state.waiting.get_or_insert(body);
                state.over
            });
            tries = if over { tries + 1 } else { 0 };
            if tries >= LAST_TRIES {
                tracing::warn!(%error, "a draft was not saved");
                return;
            }
            tracing::info!(%error, "a draft waits to be saved");
            sleep(AGAIN).await;
        }
    }
}

impl DraftSaver {
    /// Saves drafts of this message, under its key or a new one.
    pub fn new(call: &Call, poster: &Poster, draft: Draft) -> Self {
        let (domain, poster) = (call.domain.clone(), poster.clone());
        let key = draft.key.unwrap_or_else(Uuid::new_v4);
        let state = Mutex::new(State { key, stored: !draft.body.is_empty(), ..State::default() });
        let draft = Draft { body: String::new(), key: None, ..draft };
        let inner = Inner { domain, poster, draft, state };
        Self { inner: Arc::new(inner), loose_ends: call.server.loose_ends.clone() }
    }

    /// The draft with this text, to be posted.
    pub fn draft(&self, body: &str) -> Draft {
        let key = self.inner.state(|state| state.key);
        Draft { body: body.to_owned(), key: Some(key), ..self.inner.draft.clone() }
    }

    /// Another text was posted under `key`: this one takes a new key, if it has not yet.
    pub fn leave(&self, key: Uuid) {
        self.inner.state(|state| state.leave(key));
    }

    /// The text was thrown away.
    pub fn forget(&self) {
        if self.inner.state(|state| state.stored) {
            self.save(String::new());
        }
    }
}

impl Autosave for DraftSaver {
    fn save(&self, text: String) {
        let idle = self.inner.state(|state| {
            state.waiting = Some(text);
            state.stored = true;
            !std::mem::replace(&mut state.saving, true)
        });
        if idle {
            let inner = Arc::clone(&self.inner);
            self.loose_ends.spawn(correlation::carry(async move { Box::pin(inner.run()).await }));
        }
    }
}

impl Drop for DraftSaver {
    fn drop(&mut self) {
        self.inner.state(|state| state.over = true);
    }
}

/// A text on its way from the editor to the board: saved if it does not get there.
pub struct UnpostedText {
    saver: Arc<DraftSaver>,
    text: Option<String>,
}

impl UnpostedText {
    /// This text is in nobody else's hands.
    pub fn new(saver: &Arc<DraftSaver>, text: &str) -> Self {
        saver.inner.state(|state| state.posting = true);
        Self { saver: Arc::clone(saver), text: Some(text.to_owned()) }
    }

    /// It got there, or is not wanted any more.
    pub fn arrived(mut self) {
        self.text = None;
        if self.saver.inner.state(|state| state.former.is_some()) {
            self.saver.forget();
        }
    }

    /// All but this got there: it is saved.
    pub fn arrived_but_for(mut self, further: String) {
        self.text = Some(further);
    }
}

impl Drop for UnpostedText {
    fn drop(&mut self) {
        if let Some(text) = self.text.take() {
            self.saver.inner.state(|state| state.posting = false);
            self.saver.save(text);
        }
    }
}
