//! What a call waits for: keys, what others send, another size, new art and menus, the clocks, the board's end.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use dialtone_domain::events::{Audience, Counter, Event};
use dialtone_terminal::{Key, probe};
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::idle::Due;
use super::{Call, EndReason};
use crate::switchboard::Delivery;
use crate::transport::Input;
use crate::ui::keys::{self, Act, Keys};
use crate::ui::widgets::help;
use crate::ui::{CallEvent, Page, View, page_of};

/// Keys without a drawing that nobody types by hand: a paste.
const PASTE: u32 = 32;
/// How soon more of a paste comes, if it goes on.
const MORE: Duration = Duration::from_millis(20);
/// The longest that a paste goes on without a drawing.
const UNDRAWN: Duration = Duration::from_millis(500);

impl Call {
    /// Waits for anything, with the view on screen, until `quiet`. What is typed ahead is answered in one drawing.
    pub async fn event(&mut self, view: &dyn View, quiet: Option<Instant>) -> Result<CallEvent, EndReason> {
        loop {
            if let Some(event) = self.meanwhile.pop_front() {
                return Ok(event);
            }
            let event = match self.at_hand().await? {
                Some(event) => event,
                None => {
                    self.show(view).await?;
                    let event = self.beyond_ticks(view, quiet).await?;
                    self.screen.renew(&self.server.themes.load(), &self.server.languages.load());
                    event
                }
            };
            match event {
                CallEvent::Orders => {
                    Box::pin(self.obey()).await?;
                    if self.subscription.take_fresh() {
                        self.refresh_clock();
                        return Ok(CallEvent::Fresh);
                    }
                }
                CallEvent::Key(key) => match self.routed(view, key) {
                    Routed::Help => self.meanwhile = help::show(self, view.keys()).await?,
                    Routed::Redraw => self.screen.forget(),
                    Routed::Nowhere => {}
                    Routed::Key(key) => return Ok(CallEvent::Key(key)),
                },
                CallEvent::Terminal => {
                    self.tune().await?;
                    self.screen.forget();
                    self.refresh_clock();
                    return Ok(CallEvent::Terminal);
                }
                CallEvent::News(event) => {
                    if self.concerned(&event).await {
                        self.refresh_clock();
                        return Ok(CallEvent::News(event));
                    }
                }
                CallEvent::Tick => return Ok(CallEvent::Tick),
                CallEvent::Warning => {
                    let text =
                        format!("still there? the line closes in {} seconds", self.idle.warning_seconds());
                    self.screen.pager.take(Page { at: chrono::Utc::now(), text, target: None });
                }
                CallEvent::Reloaded => {
                    // What is on screen was drawn with art that is gone.
                    self.screen.forget();
                    return Ok(CallEvent::Reloaded);
                }
                CallEvent::Fresh | CallEvent::Quiet => return Ok(event),
            }
            self.refresh_clock();
        }
    }

    /// Waits as [`Self::next_event`] does. Ticks are answered here, with nothing drawn but the status line, unless they
    /// tell a view that shows who is here that it is out of date.
    async fn beyond_ticks(
        &mut self,
        view: &dyn View,
        quiet: Option<Instant>,
    ) -> Result<CallEvent, EndReason> {
        loop {
            let event = self.next_event(quiet).await?;
            let CallEvent::Tick = event else { return Ok(event) };
            Box::pin(self.tick(view)).await?;
            let traffic = *self.ticks.borrow_and_update();
            if std::mem::replace(&mut self.traffic, traffic) != traffic && view.shows_callers() {
                return Ok(event);
            }
        }
    }

    /// The keys that mean the same in every view are obeyed here, and the mouse becomes keys: a click on a hint is
    /// its key, one on the pager's line reads it, one in the body comes in the body's own coordinates.
    fn routed(&self, view: &dyn View, key: Key) -> Routed {
        let key = match key {
            Key::Click { .. } | Key::WheelUp | Key::WheelDown => match self.pointed(&view.keys(), key) {
                Some(key) => key,
                None => return Routed::Nowhere,
            },
            key => key,
        };
        match keys::act(keys::COMMON, key) {
            Some(Act::Help) if !(matches!(key, Key::Char(_)) && view.typing()) => Routed::Help,
            Some(Act::Redraw) => Routed::Redraw,
            _ => Routed::Key(key),
        }
    }

    /// The key that the mouse stands for.
    fn pointed(&self, keys: &Keys, key: Key) -> Option<Key> {
        match key {
            Key::Click { column, row } => self.clicked(keys, column, row),
            Key::WheelUp => keys.obeys(Act::Up).then_some(Key::Up),
            _ => keys.obeys(Act::Down).then_some(Key::Down),
        }
    }

    fn clicked(&self, keys: &Keys, column: u16, row: u16) -> Option<Key> {
        let body = self.screen.body();
        if row == body.prompt_row {
            let hints = keys.placed(self.screen.terminal.columns, self.language());
            return hints.iter().find(|hint| (hint.x..hint.end).contains(&column)).map(|hint| hint.key);
        }
        if row > body.prompt_row {
            let pages = keys.obeys(Act::Pages) && self.screen.pager.newest().is_some();
            return pages.then_some(Key::Char('/'));
        }
        let row = row.checked_sub(body.top).filter(|row| *row < body.rows)?;
        Some(Key::Click { column, row })
    }

    /// Whether more has been typed than was answered yet.
    pub fn typed_ahead(&mut self) -> bool {
        Pin::new(&mut self.input).peek().now_or_never().flatten().is_some()
    }

    /// Everything the caller types comes through here, whatever waits for it.
    async fn heard(&mut self, input: Input) -> Result<CallEvent, EndReason> {
        match input {
            Input::Key(key) => {
                if let Some(left) = &mut self.login_keys {
                    *left = left.checked_sub(1).ok_or(EndReason::NoLogin)?;
                }
                self.idle.heard();
                self.unanswered = self.unanswered.saturating_add(1);
                if self.stale {
                    // The records were away when the caller's own row changed: each key asks them again.
                    Box::pin(self.renew()).await?;
                }
                Ok(CallEvent::Key(key))
            }
            Input::Resize { columns, rows } => {
                // What no screen can be is no news.
                if let Some((columns, rows)) = probe::possible_size(columns, rows) {
                    self.screen.resized(columns, rows);
                }
                Ok(CallEvent::Terminal)
            }
            Input::Terminal { terminal, echo } => {
                tracing::info!(
                    terminal = %terminal.terminal_type,
                    charset = ?terminal.charset,
                    colors = ?terminal.colors,
                    plain = terminal.plain,
                    columns = terminal.columns,
                    rows = terminal.rows,
                    "terminal told late"
                );
                self.screen.found_out(*terminal, echo);
                Ok(CallEvent::Terminal)
            }
        }
    }

    /// What has happened already. The board's end and what others send come first: a caller whose keys never stop
    /// coming is told of them all the same.
    pub(super) async fn waiting(&mut self) -> Result<Option<CallEvent>, EndReason> {
        if self.server.drain.is_cancelled() {
            return Err(EndReason::Draining);
        }
        if self.subscription.ordered() {
            return Ok(Some(CallEvent::Orders));
        }
        if let Some(event) = self.subscription.waiting() {
            return Ok(Some(CallEvent::News(event)));
        }
        match self.input.next().now_or_never() {
            Some(Some(input)) => self.heard(input).await.map(Some),
            Some(None) => Err(EndReason::Hangup),
            None => Ok(None),
        }
    }

    /// What has happened already, or happens in a moment: a paste comes in bursts, and is answered in few drawings.
    async fn at_hand(&mut self) -> Result<Option<CallEvent>, EndReason> {
        if let Some(event) = self.waiting().await? {
            return Ok(Some(event));
        }
        if self.unanswered < PASTE || self.drawn.elapsed() > UNDRAWN {
            return Ok(None);
        }
        match self.next_event(Some(Instant::now() + MORE)).await? {
            CallEvent::Quiet => Ok(None),
            CallEvent::Tick => {
                self.refresh_clock();
                Ok(None)
            }
            event => Ok(Some(event)),
        }
    }

    /// The things a call waits for: the board's own end, what others send, new art and menus, keys, the clock.
    pub(super) async fn next_event(&mut self, quiet: Option<Instant>) -> Result<CallEvent, EndReason> {
        let due = match (self.idle.next(), quiet) {
            (Some((at, due)), quiet) if quiet.is_none_or(|quiet| at <= quiet) => Some((at, Some(due))),
            (_, quiet) => quiet.map(|at| (at, None)),
        };
        tokio::select! {
            biased;
            () = self.server.drain.cancelled() => Err(EndReason::Draining),
            delivery = self.subscription.next() => match delivery {
                Some(Delivery::Orders) => Ok(CallEvent::Orders),
                Some(Delivery::Event(event)) => Ok(CallEvent::News(event)),
                None => Err(EndReason::Draining),
            },
            // The server, which rings, lasts as long as the call.
            _ = self.reloaded.changed() => Ok(CallEvent::Reloaded),
            input = self.input.next() => match input {
                Some(input) => self.heard(input).await,
                None => Err(EndReason::Hangup),
            },
            // So does the switchboard.
            _ = self.ticks.changed() => Ok(CallEvent::Tick),
            () = sleep_until(due.map_or_else(Instant::now, |(at, _)| at)), if due.is_some() => {
                match due.and_then(|(_, due)| due) {
                    Some(Due::Warning) => {
                        self.idle.warned();
                        Ok(CallEvent::Warning)
                    }
                    Some(Due::Login) => Err(EndReason::NoLogin),
                    Some(_) => Err(EndReason::Idle),
                    None => Ok(CallEvent::Quiet),
                }
            }
        }
    }

    /// One more of what menus count: until they are entered again, nothing else tells them.
    fn count(&mut self, event: &Event) {
        let mark = match event.body.meaning().counter {
            Some(Counter::Messages) => "NM",
            Some(Counter::Pages) => "NP",
            None => return,
        };
        if let Some(number) = self.screen.values.get(mark).and_then(|number| number.parse::<i64>().ok()) {
            self.screen.values.set(mark, number + 1);
        }
    }

    /// Takes an event; true if the view on screen may want to show it.
    pub(super) async fn concerned(&mut self, event: &Arc<Event>) -> bool {
        if !Box::pin(self.may_hear(event)).await {
            return false;
        }
        let missed = self.subscription.take_missed();
        self.screen.pager.missed(missed);
        if let Some(page) = page_of(event, self.language()) {
            if self.screen.pager.take(page) {
                self.count(event);
            }
            return true;
        }
        event.body.meaning().audience == Audience::QuoteWatchers
    }
}

/// Whose a key is.
enum Routed {
    Help,
    Redraw,
    Nowhere,
    Key(Key),
}
