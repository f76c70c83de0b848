//! A terminal for tests: code page 437 or UTF-8, wrapping at once as SyncTERM does or late as xterm does.

use crate::cell::{Cell, Color, Style};
use crate::charset::cp437;

pub struct Emulator {
    pub columns: usize,
    pub rows: usize,
    pub cells: Vec<Vec<Cell>>,
    pub x: usize,
    pub y: usize,
    pub scrolled: usize,
    pub cursor_shown: bool,
    pub wraps_at_once: bool,
    pub utf8: bool,
    pending: bool,
    bold: bool,
    blink: bool,
    style: Style,
}

impl Emulator {
    pub fn new(columns: u16, rows: u16, wraps_at_once: bool, utf8: bool) -> Self {
        let (columns, rows) = (usize::from(columns), usize::from(rows));
        Self {
            columns,
            rows,
            cells: vec![vec![Cell::BLANK; columns]; rows],
            x: 0,
            y: 0,
            scrolled: 0,
            cursor_shown: true,
            wraps_at_once,
            utf8,
            pending: false,
            bold: false,
            blink: false,
            style: Style::DEFAULT,
        }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        let text: String = if self.utf8 {
            String::from_utf8(bytes.to_vec()).expect("what goes to a UTF-8 terminal is UTF-8")
        } else {
            bytes
                .iter()
                .map(|b| if matches!(b, 8 | 10 | 13 | 27) { char::from(*b) } else { cp437::glyph(*b) })
                .collect()
        };
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\x1b' => {
                    assert_eq!(chars.next(), Some('['), "only control sequences are expected");
                    let mut parameters = String::new();
                    let last = loop {
                        match chars.next().expect("a sequence has an end") {
                            c @ ('0'..='9' | ';' | '?') => parameters.push(c),
                            c => break c,
                        }
                    };
                    self.control(&parameters, last);
                }
                '\r' => (self.x, self.pending) = (0, false),
                '\n' => {
                    self.pending = false;
                    self.line_feed();
                }
                '\x08' => (self.x, self.pending) = (self.x.saturating_sub(1), false),
                c => self.print(c),
            }
        }
    }

    /// The cell as it is seen: a BBS terminal's own colours are light grey and black.
    pub fn seen(&self, cell: Cell) -> Cell {
        let own =
            |color, own| if color == Color::Default && !self.utf8 { Color::Indexed(own) } else { color };
        let style = Style { fg: own(cell.style.fg, 7), bg: own(cell.style.bg, 0), ..cell.style };
        Cell { style, ..cell }
    }

    fn print(&mut self, c: char) {
        if self.pending {
            self.wrap();
        }
        self.cells[self.y][self.x] = Cell { ch: c, style: self.style };
        if self.x + 1 < self.columns {
            self.x += 1;
        } else if self.wraps_at_once {
            self.wrap();
        } else {
            self.pending = true;
        }
    }

    fn wrap(&mut self) {
        (self.x, self.pending) = (0, false);
        self.line_feed();
    }

    fn line_feed(&mut self) {
        if self.y + 1 < self.rows {
            self.y += 1;
        } else {
            self.cells.remove(0);
            self.cells.push(vec![self.erased(); self.columns]);
            self.scrolled += 1;
        }
    }

    fn erased(&self) -> Cell {
        Cell { ch: ' ', style: Style { bg: self.style.bg, ..Style::DEFAULT } }
    }

    fn control(&mut self, parameters: &str, last: char) {
        let all: Vec<usize> =
            parameters.trim_start_matches('?').split(';').map(|p| p.parse().unwrap_or(0)).collect();
        let n = all[0].max(1);
        let erased = self.erased();
        if last != 'm' && last != 'h' && last != 'l' {
            self.pending = false;
        }
        match last {
            'H' => {
                self.y = n.min(self.rows) - 1;
                self.x = all.get(1).copied().unwrap_or(1).clamp(1, self.columns) - 1;
            }
            'A' => self.y = self.y.saturating_sub(n),
            'B' => self.y = (self.y + n).min(self.rows - 1),
            'C' => self.x = (self.x + n).min(self.columns - 1),
            'D' => self.x = self.x.saturating_sub(n),
            '@' => {
                for _ in 0..n {
                    self.cells[self.y].pop();
                    self.cells[self.y].insert(self.x, erased);
                }
            }
            'K' => self.cells[self.y][self.x..].fill(erased),
            'J' if all[0] == 2 => self.cells.iter_mut().for_each(|row| row.fill(erased)),
            'm' => all.iter().for_each(|n| self.sgr(*n)),
            'h' if parameters == "?25" => self.cursor_shown = true,
            'l' if parameters == "?25" => self.cursor_shown = false,
            other => panic!("unexpected sequence {parameters:?} {other:?}"),
        }
    }

    fn sgr(&mut self, n: usize) {
        match n {
            0 => (self.style, self.bold, self.blink) = (Style::DEFAULT, false, false),
            1 => self.bold = true,
            4 => self.style.underline = true,
            5 => self.style.blink = true,
            7 => self.style.reverse = true,
            30..=37 => self.style.fg = Color::Indexed(u8::try_from(n - 30).unwrap()),
            40..=47 => self.style.bg = Color::Indexed(u8::try_from(n - 40).unwrap()),
            other => panic!("unexpected SGR {other}"),
        }
        if self.bold && self.style.fg == Color::Default && !self.utf8 {
            self.style.fg = Color::WHITE;
        }
        if let (true, Color::Indexed(n @ 0..8)) = (self.bold, self.style.fg) {
            self.style.fg = Color::Indexed(n + 8);
        } else if let (false, Color::Indexed(n @ 8..)) = (self.bold, self.style.fg) {
            self.style.fg = Color::Indexed(n - 8);
        }
    }
}
