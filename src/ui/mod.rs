//! What a screen draws with: the caller's terminal, prompts, widgets and the pager's line.
//!
//! A widget is a value that draws itself and takes what happens; [`Call::run`] drives any of them. What is on the screen
//! is kept, packed, and the difference to what is drawn next goes out.

mod backdrop;
mod body;
mod call;
pub mod chart;
mod chrome;
mod dialog;
mod editor;
mod end_reason;
pub mod event_text;
mod form;
mod help;
mod idle;
pub mod keys;
mod line;
mod list;
mod location;
pub mod mci;
mod mci_values;
mod menu;
mod notice;
mod pager;
mod panel;
mod screen;
mod search;
pub mod styles;
mod theme;
mod theme_file;
mod themes;
pub mod ticker;
mod viewer;
mod widget;

pub use self::body::{Body, Canvas};
pub use self::call::{Call, Record};
pub use self::chrome::View;
pub use self::dialog::{choice, confirm};
pub use self::editor::{Autosave, Editing, edit};
pub use self::end_reason::EndReason;
pub use self::form::{Check, Field, Form};
pub use self::idle::IdleClock;
pub use self::keys::Hint;
pub use self::line::LineInput;
pub use self::list::{About, Bar, CellText, Column, List, ListOutcome, Live, pick};
pub use self::location::Location;
pub use self::mci_values::MciValues;
pub use self::menu::{MenuOutcome, choose};
pub use self::notice::{interrupt, notice};
pub use self::pager::Page;
pub use self::panel::{Panel, Picture, Share};
pub use self::screen::Screen;
pub use self::theme::{ArtFiles, MENUS, Theme, ThemeError, name_of};
pub use self::theme_file::{ThemeFile, ThemeFileError};
pub use self::themes::Themes;
pub use self::viewer::{Text, ViewerOutcome, read};
pub use self::widget::{CallEvent, Widget};
