//! Terminals without I/O: charsets, keys, ANSI art, SAUCE, the cell grid and its difference.

pub mod cell;
pub mod charset;
pub mod grid;
pub mod sauce;

pub use cell::{Cell, Color, Style};
pub use charset::Charset;
pub use grid::Grid;
