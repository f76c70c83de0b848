//! What a screen draws with: the caller's terminal, prompts, widgets and the pager's line.
//!
//! A view is a pure function from its state to a grid. While a caller thinks, no grid is kept: the one on screen
//! is drawn again from the same state when something happens, and the difference goes out.

mod call;
mod editor;
mod form;
mod frame;
mod galleries;
mod gallery;
mod idle;
mod line;
mod list;
pub mod marks;
mod menu;
mod notice;
mod pager;
mod palette;
pub mod theme;
mod values;
mod viewer;

pub use self::call::{Call, Circumstances, House, Leave, Place, Wake};
pub use self::editor::{Editing, edit};
pub use self::form::{Field, Form};
pub use self::frame::{Frame, Hint, View};
pub use self::galleries::Galleries;
pub use self::gallery::{ArtFiles, Gallery, GalleryError, MENUS, name_of};
pub use self::idle::IdleClock;
pub use self::line::LineInput;
pub use self::list::{CellText, Column, List, Picked, pick};
pub use self::menu::{Chosen, choose};
pub use self::notice::{confirm, notice};
pub use self::pager::Page;
pub use self::palette::{Palette, PaletteError};
pub use self::values::Values;
pub use self::viewer::{Text, Viewed, read};
