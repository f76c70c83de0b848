//! What a screen draws with: the caller's terminal, prompts, widgets and the pager's line.
//!
//! A view is a pure function from its state to a grid. While a caller thinks, no grid is kept: the one on screen
//! is drawn again from the same state when something happens, and the difference goes out.

mod backdrop;
mod body;
mod call;
pub mod chart;
mod dialog;
mod editor;
mod finder;
mod form;
mod frame;
mod galleries;
mod gallery;
mod help;
mod house;
mod idle;
pub mod keys;
mod leave;
mod line;
mod list;
pub mod marks;
mod menu;
mod notice;
mod pager;
mod palette;
mod panel;
mod place;
pub mod theme;
pub mod ticker;
mod values;
mod viewer;

pub use self::body::{Body, Frame};
pub use self::call::{Call, Circumstances, Record, Stir, Wake};
pub use self::dialog::{choice, confirm};
pub use self::editor::{Autosave, Editing, edit};
pub use self::form::{Check, Field, Form};
pub use self::frame::View;
pub use self::galleries::Galleries;
pub use self::gallery::{ArtFiles, Gallery, GalleryError, MENUS, name_of};
pub use self::house::House;
pub use self::idle::IdleClock;
pub use self::keys::Hint;
pub use self::leave::Leave;
pub use self::line::LineInput;
pub use self::list::{About, Bar, CellText, Column, List, Live, Picked, pick};
pub use self::menu::{Chosen, choose};
pub use self::notice::notice;
pub use self::pager::Page;
pub use self::palette::{Palette, PaletteError};
pub use self::panel::{Panel, Picture, Share};
pub use self::place::Place;
pub use self::values::Values;
pub use self::viewer::{Text, Viewed, read};
