//! Terminals without I/O: charsets, keys, ANSI art, SAUCE, the cell grid and its difference.

pub mod art;
pub mod cell;
pub mod charset;
pub mod decoder;
pub mod draw;
#[cfg(test)]
mod emulator;
pub mod grid;
pub mod key;
pub mod modes;
pub mod packed;
pub mod palette;
pub mod pipe;
pub mod probe;
pub mod sauce;
pub mod sgr;
pub mod text;

pub use cell::{Cell, Color, Style};
pub use charset::Charset;
pub use decoder::KeyDecoder;
pub use draw::draw;
pub use grid::Grid;
pub use key::{Decoded, Key, Report};
pub use modes::Modes;
pub use packed::PackedGrid;
pub use palette::Palette;
pub use probe::{Capabilities, Hint, Probe};
pub use sgr::{Colors, Pen, Wire};
