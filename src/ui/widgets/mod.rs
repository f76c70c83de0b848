//! What a caller works with on their screen. One loop drives any of it.

mod dialog;
mod editor;
mod form;
pub mod help;
pub mod line;
mod list;
mod menu;
mod notice;
mod search;
mod viewer;

use std::sync::Arc;

use dialtone_domain::events::Event;
use dialtone_terminal::Key;
use tokio::time::Instant;

use crate::ui::{Call, EndReason, View};

pub use self::dialog::{choice, confirm};
pub use self::editor::{Autosave, Editing, edit};
pub use self::form::{Check, Field, Form};
pub use self::line::LineInput;
pub use self::list::{About, Bar, CellText, Column, List, ListOutcome, Live, pick};
pub use self::menu::{MenuOutcome, choose};
pub use self::notice::{interrupt, notice};
pub use self::viewer::{Text, ViewerOutcome, read};

/// All that can happen to a call.
#[derive(Debug, Clone)]
pub enum CallEvent {
    /// A key.
    Key(Key),
    /// Something happened on the board.
    News(Arc<Event>),
    /// Another minute, or somebody came or went.
    Tick,
    /// The terminal has another size, or is another than was thought.
    Terminal,
    /// Menus or art were reloaded.
    Reloaded,
    /// The switchboard has something to obey.
    Orders,
    /// The line closes soon unless the caller does something.
    Warning,
    /// Nothing, until the time that was waited for.
    Quiet,
}

/// A value that draws itself, takes what happens, and says when it is finished and with what.
pub trait Widget: View + Send {
    /// What it is finished with.
    type Outcome;

    /// Lays itself out for a body of this size, in cells: before it is drawn, and whenever the size is another.
    fn fit(&mut self, _columns: u16, _rows: u16) {}

    /// When it wants to hear that nothing happened.
    fn quiet_at(&self) -> Option<Instant> {
        None
    }

    /// Takes what has happened. Orders and warnings never get here.
    fn take(&mut self, event: CallEvent) -> Option<Self::Outcome>;

    /// The call is over; `keys` came before its end, and nobody has answered them.
    fn cut_off(&mut self, _keys: Vec<Key>) {}

    /// The same on a terminal of plain text: a conversation, line by line.
    fn in_plain_text(
        &mut self,
        call: &mut Call,
    ) -> impl Future<Output = Result<Self::Outcome, EndReason>> + Send;
}

impl Call {
    /// Lets the caller work with a widget until it is finished.
    pub async fn run<W: Widget>(&mut self, widget: &mut W) -> Result<W::Outcome, EndReason> {
        if self.plain() {
            return Box::pin(widget.in_plain_text(self)).await;
        }
        let mut size = None;
        loop {
            // What is typed ahead is answered in one drawing, so it is laid out for one only.
            if !self.typed_ahead() {
                size = Some(self.body_size());
                widget.fit(self.screen.terminal.columns, self.screen.body().rows);
            }
            let event = match self.event(&*widget, widget.quiet_at()).await {
                Ok(event) => event,
                Err(end) => {
                    widget.cut_off(self.last_keys());
                    return Err(end);
                }
            };
            // The header of another screen may have been of another height.
            if size.replace(self.body_size()) != size {
                widget.fit(self.screen.terminal.columns, self.screen.body().rows);
            }
            if let Some(outcome) = widget.take(event) {
                return Ok(outcome);
            }
        }
    }

    fn body_size(&self) -> (u16, u16) {
        (self.screen.terminal.columns, self.screen.body().rows)
    }
}
