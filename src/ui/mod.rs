//! What a screen draws with: the caller's terminal, prompts, widgets and the pager's line.
//!
//! A widget is a value that draws itself and takes what happens; whoever is its [`Conversation`] drives it. What is on the
//! screen is kept, packed, and the difference to what is drawn next goes out.

mod backdrop;
mod body;
pub mod chart;
mod chrome;
mod conversation;
pub mod event_text;
pub mod keys;
mod location;
pub mod mci;
mod pager;
mod panel;
mod screen;
#[cfg(test)]
pub mod script;
pub mod theme;
pub mod widgets;

pub use self::body::{Body, Canvas};
pub use self::chrome::View;
pub use self::conversation::Conversation;
pub use self::keys::Hint;
pub use self::location::Location;
pub use self::mci::MciValues;
pub use self::pager::{Page, page_of};
pub use self::panel::{Panel, Picture, Share};
pub use self::screen::Screen;
pub use self::theme::{
    ArtFiles, MENUS, Theme, ThemeError, ThemeFile, ThemeFileError, Themes, name_of, styles,
};
use self::widgets::line;
pub use self::widgets::{
    About, Autosave, Bar, CallEvent, CellText, Check, Column, Command, Editing, Field, Form, LineInput, List,
    ListOutcome, Live, MenuOutcome, MenuPage, Text, ViewerOutcome, Widget, choice, choose, confirm, edit,
    interrupt, notice, pick, read,
};
