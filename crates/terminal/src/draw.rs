//! The bytes that turn one screen into another, whichever way the terminal wraps.

use crate::cell::{Cell, Color, Style};
use crate::charset::Charset;
use crate::grid::Grid;
use crate::sgr::{Pen, Wire, number};
use links::Link;

mod blocks;
mod links;
mod petscii;

/// Blanks at the end of a row that are dearer to write than to erase, in cells.
const ERASE_FROM: usize = 7;
/// Cells that may be cheaper to write again than to pass over.
const GAP: u16 = 4;

/// Appends the bytes that turn `old` into `new` on a terminal of their size. `old` None, or of another size,
/// means that the screen is unknown: reset, clear, draw all.
///
/// Expects the terminal's own colours in force and leaves them so. With an `old` whose cursor is set, expects
/// the cursor there. Neither wrap behaviour matters: nothing follows the last column without addressing the
/// cursor, and the last cell of the last row is pushed into place from the left (ICH, ECMA-48) instead of
/// written; a terminal without ICH leaves it blank.
pub fn draw(old: Option<&Grid>, new: &Grid, wire: &Wire, out: &mut Vec<u8>) {
    let old = old.filter(|old| (old.columns(), old.rows()) == (new.columns(), new.rows()));
    if wire.charset == Charset::Petscii {
        return petscii::draw(old, new, out);
    }
    let mut drawing = Drawing {
        wire: *wire,
        pen: Pen::new(*wire),
        top: 0,
        at: None,
        link: None,
        links: Vec::new(),
        new,
        out,
    };
    let blank = match old {
        Some(old) => {
            drawing.at = old.cursor();
            Vec::new()
        }
        None => {
            drawing.out.reserve(usize::from(new.columns()) * usize::from(new.rows()));
            drawing.out.extend_from_slice(b"\x1b[0m");
            let ground = if wire.erases_in_color { ground(new) } else { Cell::BLANK };
            drawing.pen.set(ground.style, drawing.out);
            drawing.out.extend_from_slice(b"\x1b[2J\x1b[H");
            drawing.at = Some((0, 0));
            vec![ground; usize::from(new.columns())]
        }
    };
    for y in 0..new.rows() {
        drawing.row(y, old.map_or(blank.as_slice(), |old| old.row(y)));
    }
    drawing.pen.reset(drawing.out);
    drawing.park(old);
}

/// Appends the bytes that turn row `y` of a screen from `old` into `new`, each a grid of that row alone, and put the
/// cursor where it was. As [`draw`], with the rest of the screen left as it is; not for PETSCII, which knows no addresses.
pub fn draw_row(old: &Grid, new: &Grid, y: u16, cursor: Option<(u16, u16)>, wire: &Wire, out: &mut Vec<u8>) {
    let written = out.len();
    let (pen, links) = (Pen::new(*wire), Vec::new());
    let mut drawing = Drawing { wire: *wire, pen, top: y, at: None, link: None, links, new, out };
    drawing.row(0, old.row(0));
    drawing.pen.reset(drawing.out);
    drawing.top = 0;
    if let Some((x, y)) = cursor.filter(|_| drawing.out.len() > written) {
        drawing.address(x, y);
    }
}

/// Appends the bytes that put the first row of `grid`, but for its last cell, into the status line of the terminal's own
/// that [`crate::Modes::status_line`] has switched on: DECSSDT and DECSASD of the VT320, as CTerm has them. What comes next must be a write of its own that begins by addressing
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

struct Drawing<'a> {
    wire: Wire,
    pen: Pen,
    /// The row of the screen that the grid's first is.
    top: u16,
    /// Where the terminal's cursor is; None when nobody can say.
    at: Option<(u16, u16)>,
    /// The link being written, by its place in `links`.
    link: Option<usize>,
    /// The links of the row.
    links: Vec<Link>,
    new: &'a Grid,
    out: &'a mut Vec<u8>,
}

impl Drawing<'_> {
    fn row(&mut self, y: u16, old: &[Cell]) {
        let new = self.new.row(y);
        let other_links = if self.wire.links { self.find_links(old, new) } else { Vec::new() };
        let changed = |x: usize, old: &Cell, new: &Cell| {
            !old.looks_like(*new) || other_links.iter().any(|link| (link.start..link.end).contains(&x))
        };
        let mut places = old.iter().zip(new).enumerate();
        let Some(first) = places.position(|(x, (old, new))| changed(x, old, new)) else { return };
        let mut places = old.iter().zip(new).enumerate();
        let last = places.rposition(|(x, (old, new))| changed(x, old, new)).unwrap_or(first);
        let ground = new.last().map_or(Color::Default, |cell| cell.style.bg);
        let can_erase = ground == Color::Default || self.wire.erases_in_color;
        let tail = new.iter().rposition(|cell| !is_ground(*cell, ground)).map_or(0, |at| at + 1).max(first);
        // Erasing also keeps out of the last column.
        let erase = can_erase && last >= tail && (last - tail >= ERASE_FROM || last + 1 == new.len());
        let end = if erase { tail } else { last + 1 };
        let corner = y + 1 == self.new.rows() && end == new.len();
        for (x, (old, new)) in (0u16..).zip(old.iter().zip(new)).take(end).skip(first) {
            if changed(usize::from(x), old, new) {
                self.in_link(usize::from(x));
                if corner && usize::from(x) + 1 == end {
                    self.corner(x, y, *new);
                } else {
                    self.go(x, y);
                    self.cell(*new);
                }
            }
        }
        self.in_link(usize::MAX);
        if erase {
            self.go(u16::try_from(tail).unwrap_or(u16::MAX), y);
            // Terminals erase with the background in force, some with the other attributes too.
            let style = self.pen.style();
            if style.bg != ground || style.reverse || style.underline {
                let pen = if ground == Color::Default { Style::DEFAULT } else { style };
                self.pen.set(Style { bg: ground, reverse: false, underline: false, ..pen }, self.out);
            }
            self.out.extend_from_slice(b"\x1b[K");
        }
    }

    /// Takes the links of the row, and returns those that were or are to be there and not both: their cells are
    /// written even if they look the same.
    fn find_links(&mut self, old: &[Cell], new: &[Cell]) -> Vec<Link> {
        self.links = links::find(new);
        let mut others = links::find(old);
        let fresh: Vec<Link> = self.links.iter().filter(|link| !others.contains(link)).cloned().collect();
        others.retain(|link| !self.links.contains(link));
        others.extend(fresh);
        others
    }

    /// Begins or ends a link before what is written in this column.
    fn in_link(&mut self, x: usize) {
        let link = self.links.iter().position(|link| (link.start..link.end).contains(&x));
        if link != self.link {
            match link.and_then(|link| self.links.get(link)) {
                Some(link) => links::open(link, self.out),
                None => links::close(self.out),
            }
            self.link = link;
        }
    }

    /// Writes a cell where the cursor is.
    fn cell(&mut self, cell: Cell) {
        let cell = self.cheapest(cell);
        self.pen.set(cell.style, self.out);
        self.wire.charset.encode_cell(cell.ch, self.out, true);
        self.at = self.at.and_then(|(x, y)| (x + 1 < self.new.columns()).then_some((x + 1, y)));
    }

    /// Puts the last cell of the last row into place without writing there: it is written one column to the
    /// left and pushed right by inserting a blank, over which its left neighbour is written again.
    fn corner(&mut self, x: u16, y: u16, cell: Cell) {
        let Some(left) = x.checked_sub(1) else { return };
        let Some(neighbour) = self.new.cell(left, y) else { return };
        self.go(left, y);
        self.cell(cell);
        self.go(left, y);
        self.out.extend_from_slice(b"\x1b[@");
        self.cell(neighbour);
    }

    /// The cell, or what looks the same and takes fewer bytes with the style in force.
    fn cheapest(&mut self, cell: Cell) -> Cell {
        let pen = self.pen.style();
        if cell.style == pen {
            return cell;
        }
        let others = blocks::others(cell, pen, &self.wire);
        if others == [None, None] {
            return cell;
        }
        others.into_iter().flatten().chain([cell]).min_by_key(|cell| self.cost(*cell)).unwrap_or(cell)
    }

    /// The bytes that a cell takes with the style in force.
    fn cost(&mut self, cell: Cell) -> usize {
        let written = self.out.len();
        self.pen.clone().set(cell.style, self.out);
        self.wire.charset.encode_cell(cell.ch, self.out, true);
        let cost = self.out.len() - written;
        self.out.truncate(written);
        cost
    }

    /// Moves the cursor the cheapest way.
    fn go(&mut self, x: u16, y: u16) {
        let at = self.at;
        match at {
            Some(at) if at == (x, y) => return,
            Some((from, row)) if row == y && from < x => {
                if !self.write_over(from, x, y) {
                    self.move_by(x - from, b'C');
                }
            }
            Some((from, row)) if row == y && from - x == 1 => self.out.push(0x08),
            Some((from, row)) if row == y && from - x < 10 => self.move_by(from - x, b'D'),
            Some((_, row)) if row + 1 == y && self.next_row(x, y) => {}
            _ => self.address(x, y),
        }
        self.at = Some((x, y));
    }

    /// Goes to a place near the left edge of the row below by a line end, if that is no dearer than its address.
    fn next_row(&mut self, x: u16, y: u16) -> bool {
        let written = self.out.len();
        self.out.extend_from_slice(b"\r\n");
        self.at = Some((0, y));
        let there = x == 0 || self.write_over(0, x, y);
        if !there {
            self.out.truncate(written);
        }
        there
    }

    /// Passes over a short gap by writing what stands there, if that is no dearer than moving.
    fn write_over(&mut self, from: u16, to: u16, y: u16) -> bool {
        let gap = to - from;
        let allowed = if gap == 1 { 3 } else { 4 };
        let new = self.new;
        let cells = new.row(y).get(usize::from(from)..usize::from(to)).unwrap_or_default();
        // What is passed over must not become part of a link, nor leave one.
        let linked = |link: &Link| link.start < usize::from(to) && link.end > usize::from(from);
        if gap > GAP || self.link.is_some() || self.links.iter().any(linked) {
            return false;
        }
        let mut cost = 0;
        for cell in cells {
            let cell = self.cheapest(*cell);
            cost += self.cost(cell);
        }
        // Any change of style is dearer than moving.
        if cost > allowed {
            return false;
        }
        for cell in cells {
            self.cell(*cell);
        }
        true
    }

    fn move_by(&mut self, n: u16, direction: u8) {
        self.out.extend_from_slice(b"\x1b[");
        if n > 1 {
            number(n, self.out);
        }
        self.out.push(direction);
    }

    fn address(&mut self, x: u16, y: u16) {
        let y = y + self.top;
        self.out.extend_from_slice(b"\x1b[");
        if (x, y) != (0, 0) {
            number(y + 1, self.out);
        }
        if x > 0 {
            self.out.push(b';');
            number(x + 1, self.out);
        }
        self.out.push(b'H');
    }

    /// Leaves the cursor where the grid wants it.
    fn park(&mut self, old: Option<&Grid>) {
        let cursor = self.new.cursor();
        if let Some((x, y)) = cursor.filter(|_| self.at != cursor) {
            self.address(x, y);
        }
        if self.wire.hide_cursor && old.is_none_or(|old| old.cursor().is_some() != cursor.is_some()) {
            self.out.extend_from_slice(if cursor.is_some() { b"\x1b[?25h" } else { b"\x1b[?25l" });
        }
    }
}

/// What erasing in front of `ground` leaves behind.
fn is_ground(cell: Cell, ground: Color) -> bool {
    cell.is_blank() && cell.style.bg == ground
}

/// A blank of the ground that most rows end on.
fn ground(grid: &Grid) -> Cell {
    let ends = || (0..grid.rows()).filter_map(|y| grid.row(y).last()).filter(|cell| cell.is_blank());
    let rows = |ground: Color| ends().filter(|cell| cell.style.bg == ground).count();
    let most = ends().map(|cell| cell.style.bg).max_by_key(|bg| rows(*bg)).unwrap_or(Color::Default);
    Cell { style: Style { bg: most, ..Style::DEFAULT }, ..Cell::BLANK }
}

#[cfg(test)]
mod tests;
