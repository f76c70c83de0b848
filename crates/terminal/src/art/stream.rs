//! Art as a stream of bytes, drawn in the order of its file from wherever the cursor is.

use super::machine::Event;
use super::{Art, Mark};
use crate::cell::{Cell, Color};
use crate::charset::cell_char;
use crate::sgr::{Pen, Wire, number};

/// Appends `art` as [`Art::stream`] says.
pub fn stream(art: &Art, wire: &Wire, value: &dyn Fn(&str) -> Option<String>, out: &mut Vec<u8>) {
    out.reserve(art.bytes().len());
    let (columns, rows) = (art.grid().columns(), art.grid().rows());
    let before_last = vec![Cell::BLANK; usize::from(rows)];
    let mut stream =
        Stream { wire: *wire, pen: Pen::new(*wire), x: 0, y: 0, columns, rows, before_last, out };
    let end = art.run(&mut |event| match event {
        Event::Put { x, y, cell } => stream.put(x, y, cell),
        Event::Mark(mark, text) => {
            stream.mark(&mark, &mark.shown(value, text));
        }
        Event::Erase { x, y, width, cell } => stream.erase(x, y, width, cell),
        Event::Clear => stream.clear(),
    });
    stream.pen.reset(stream.out);
    if let Ok((x, y)) = end
        && y < rows
    {
        stream.go(x, y);
    }
}

struct Stream<'a> {
    wire: Wire,
    pen: Pen,
    /// Where the terminal's cursor is, from where the art began.
    x: u16,
    y: u16,
    columns: u16,
    rows: u16,
    /// What now stands in the last column but one of each row.
    before_last: Vec<Cell>,
    out: &'a mut Vec<u8>,
}

impl Stream<'_> {
    fn put(&mut self, x: u16, y: u16, cell: Cell) {
        if y >= self.rows {
            // Blanks below the last row that shows anything.
            return;
        }
        if x + 1 < self.columns {
            self.go(x, y);
            self.write(cell);
        } else {
            self.put_last(x, y, cell);
        }
        if x + 2 == self.columns
            && let Some(before_last) = self.before_last.get_mut(usize::from(y))
        {
            *before_last = cell;
        }
    }

    /// The last column, without ever writing there: the cell is written one column to the left and pushed right
    /// by inserting a blank (ICH), over which its left neighbour is written again.
    fn put_last(&mut self, x: u16, y: u16, cell: Cell) {
        let left = x - 1;
        let neighbour = self.before_last.get(usize::from(y)).copied().unwrap_or_default();
        self.go(left, y);
        self.write(cell);
        self.go(left, y);
        self.out.extend_from_slice(b"\x1b[@");
        self.write(neighbour);
    }

    fn write(&mut self, cell: Cell) {
        self.pen.set(cell.style, self.out);
        self.wire.charset.encode_cell(cell.ch, self.out, true);
        self.x += 1;
    }

    fn mark(&mut self, mark: &Mark, text: &str) {
        for (x, ch) in (mark.x..).zip(text.chars().filter_map(cell_char)) {
            self.put(x, mark.y, mark.cell(ch));
        }
    }

    fn erase(&mut self, x: u16, y: u16, width: u16, cell: Cell) {
        if cell.style.bg == Color::Default && x + width == self.columns && y < self.rows {
            self.go(x, y);
            self.pen.reset(self.out);
            self.out.extend_from_slice(b"\x1b[K");
            if x + 1 < self.columns
                && let Some(before_last) = self.before_last.get_mut(usize::from(y))
            {
                *before_last = Cell::BLANK;
            }
        } else {
            (x..x + width).for_each(|x| self.put(x, y, cell));
        }
    }

    fn clear(&mut self) {
        self.pen.reset(self.out);
        self.out.extend_from_slice(b"\x1b[2J\x1b[H");
        (self.x, self.y) = (0, 0);
        self.before_last.fill(Cell::BLANK);
    }

    fn go(&mut self, x: u16, y: u16) {
        if y > self.y {
            // A row that scrolls in takes the background in force.
            if self.pen.style().bg != Color::Default || self.pen.style().reverse {
                self.pen.reset(self.out);
            }
            (self.y..y).for_each(|_| self.out.extend_from_slice(b"\r\n"));
            self.x = 0;
        } else if y < self.y {
            self.move_by(self.y - y, b'A');
        }
        self.y = y;
        match x {
            0 if self.x > 0 => self.out.push(b'\r'),
            x if x + 1 == self.x => self.out.push(0x08),
            x if x < self.x => self.move_by(self.x - x, b'D'),
            x if x > self.x => self.move_by(x - self.x, b'C'),
            _ => {}
        }
        self.x = x;
    }

    fn move_by(&mut self, n: u16, direction: u8) {
        self.out.extend_from_slice(b"\x1b[");
        if n > 1 {
            number(n, self.out);
        }
        self.out.push(direction);
    }
}
