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

use crate::ui::{Conversation, View};

pub use self::dialog::{choice, confirm};
pub use self::editor::{Autosave, Editing, edit};
pub use self::form::{Check, Field, Form};
pub use self::line::LineInput;
pub use self::list::{About, Bar, CellText, Column, List, ListOutcome, Live, pick};
pub use self::menu::{Command, MenuOutcome, MenuPage, choose};
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
    /// What the screen reads beside the call is there.
    Fresh,
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
    fn in_plain_text<C: Conversation>(
        &mut self,
        call: &mut C,
    ) -> impl Future<Output = Result<Self::Outcome, C::End>> + Send;
}
