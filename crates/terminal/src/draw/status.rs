//! The terminal's own status line, where it lends it: DECSSDT and DECSASD of the VT320, as CTerm has them.

use crate::grid::Grid;
use crate::sgr::{Pen, Wire};

/// Appends the bytes that put the first row of `grid`, but for its last cell, into the status line that
/// [`crate::Modes::status_line`] has switched on. What comes next must be a write of its own that begins by addressing
/// the cursor. Expects the terminal's own colours in force and leaves them so.
pub fn status_line(grid: &Grid, wire: &Wire, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[1$}\r");
    let mut pen = Pen::new(*wire);
    for cell in grid.row(0).iter().take(usize::from(grid.columns()) - 1) {
        pen.set(cell.style, out);
        wire.charset.encode_cell(cell.ch, out, true);
    }
    pen.reset(out);
    out.extend_from_slice(b"\x1b[0$}");
}
