//! ANSI.SYS: from characters and control sequences to cells, on a canvas of given width and no fixed height.

use super::field::{self, Mark, Scanned};
use super::{ArtError, MAX_ROWS};
use crate::cell::{Cell, Color, Style};
use crate::charset::cell_char;

/// Parameters kept of a sequence; 24-bit colours for both grounds need 10.
const PARAMETERS: usize = 16;

/// What happens on the canvas.
pub enum Event {
    /// A cell is written.
    Put { x: u16, y: u16, cell: Cell },
    /// A mark stands here, in these characters.
    Mark(Mark, String),
    /// Part of a row becomes `cell`, a blank.
    Erase { x: u16, y: u16, width: u16, cell: Cell },
    /// Everything becomes blank.
    Clear,
}

pub struct Machine<'a> {
    columns: u16,
    x: u16,
    y: u16,
    /// The lowest row touched.
    bottom: u16,
    saved: (u16, u16),
    pen: Attributes,
    ice: bool,
    on: &'a mut dyn FnMut(Event),
}

/// What SGR has set; colours and bold apart, since either may come first.
#[derive(Clone, Copy, Default)]
struct Attributes {
    style: Style,
    bold: bool,
}

impl<'a> Machine<'a> {
    pub fn new(columns: u16, ice: bool, on: &'a mut dyn FnMut(Event)) -> Self {
        Self { columns, x: 0, y: 0, bottom: 0, saved: (0, 0), pen: Attributes::default(), ice, on }
    }

    /// Draws it all; gives the place of the cursor at the end.
    pub fn run(mut self, mut chars: impl Iterator<Item = char> + Clone) -> Result<(u16, u16), ArtError> {
        while let Some(c) = chars.next() {
            match c {
                '\x07' => {}
                '\x08' => self.x = self.x.saturating_sub(1),
                '\t' => self.x = (self.x / 8 * 8 + 8).min(self.columns - 1),
                '\n' => {
                    self.x = 0;
                    self.y = self.y.saturating_add(1);
                }
                '\r' => self.x = 0,
                '\x0c' => self.clear(),
                '\x1b' if chars.clone().next() == Some('[') => {
                    chars.next();
                    self.sequence(&mut chars);
                }
                '|' => match field::scan(chars.clone()) {
                    Scanned::Plain => self.put('|')?,
                    Scanned::Pipe => {
                        chars.next();
                        self.put('|')?;
                    }
                    Scanned::Mark(text) => {
                        (1..text.len()).for_each(|_| {
                            chars.next();
                        });
                        self.mark(text)?;
                    }
                },
                c => self.put(c)?,
            }
        }
        Ok((self.x, self.y))
    }

    fn put(&mut self, c: char) -> Result<(), ArtError> {
        let Some(ch) = cell_char(c) else { return Ok(()) };
        self.check()?;
        let cell = Cell { ch, style: self.style() };
        (self.on)(Event::Put { x: self.x, y: self.y, cell });
        self.advance(1);
        Ok(())
    }

    fn mark(&mut self, mut text: String) -> Result<(), ArtError> {
        self.check()?;
        let right = text.ends_with('>');
        let name = text.get(1..3).unwrap_or_default().to_owned();
        text.truncate(usize::from(self.columns - self.x));
        let width = u16::try_from(text.len()).unwrap_or(self.columns);
        let mark = Mark { name, x: self.x, y: self.y, width, right, style: self.style() };
        (self.on)(Event::Mark(mark, text));
        self.advance(width);
        Ok(())
    }

    fn check(&mut self) -> Result<(), ArtError> {
        self.bottom = self.bottom.max(self.y);
        if self.y < MAX_ROWS { Ok(()) } else { Err(ArtError::TooTall) }
    }

    fn advance(&mut self, width: u16) {
        self.x += width;
        if self.x >= self.columns {
            self.x = 0;
            self.y = self.y.saturating_add(1);
        }
    }

    fn clear(&mut self) {
        (self.x, self.y, self.bottom) = (0, 0, 0);
        (self.on)(Event::Clear);
    }

    fn style(&self) -> Style {
        let Attributes { mut style, bold } = self.pen;
        style.fg = match style.fg {
            Color::Default if bold => Color::WHITE,
            Color::Indexed(n @ 0..8) if bold => Color::Indexed(n + 8),
            fg => fg,
        };
        if self.ice && style.blink {
            style.blink = false;
            style.bg = match style.bg {
                Color::Default => Color::DARK_GREY,
                Color::Indexed(n @ 0..8) => Color::Indexed(n + 8),
                bg => bg,
            };
        }
        style
    }

    fn sequence(&mut self, chars: &mut impl Iterator<Item = char>) {
        let mut parameters = [0u16; PARAMETERS];
        let (mut at, mut private) = (0, false);
        let last = loop {
            match chars.next() {
                Some(c @ '0'..='9') => {
                    if let Some(parameter) = parameters.get_mut(at) {
                        let digit = c.to_digit(10).and_then(|d| u16::try_from(d).ok()).unwrap_or(0);
                        *parameter = parameter.saturating_mul(10).saturating_add(digit);
                    }
                }
                Some(';') => at += 1,
                Some(' '..='?') => private = true,
                Some(last @ '@'..='~') => break last,
                _ => return,
            }
        };
        let given = parameters.get(..=at.min(PARAMETERS - 1)).unwrap_or_default();
        if private {
            // CSI ?33 h turns blink into bright backgrounds.
            self.ice |= last == 'h' && given == [33];
            return;
        }
        self.obey(given, last);
    }

    fn obey(&mut self, given: &[u16], last: char) {
        let first = given.first().copied().unwrap_or(0);
        let n = first.max(1);
        match last {
            'H' | 'f' => {
                let column = given.get(1).copied().unwrap_or(1).max(1);
                self.y = n.min(MAX_ROWS) - 1;
                self.x = column.min(self.columns) - 1;
            }
            'A' => self.y = self.y.saturating_sub(n),
            'B' => self.y = self.y.saturating_add(n).min(MAX_ROWS - 1),
            'C' => self.x = self.x.saturating_add(n).min(self.columns - 1),
            'D' => self.x = self.x.saturating_sub(n),
            's' => self.saved = (self.x, self.y),
            'u' => (self.x, self.y) = self.saved,
            'J' => self.erase_display(first),
            'K' => match first {
                0 => self.erase(self.x, self.y, self.columns - self.x),
                1 => self.erase(0, self.y, self.x + 1),
                _ => self.erase(0, self.y, self.columns),
            },
            'm' => self.sgr(given),
            't' => {
                // 24-bit colour as art editors write it: 0 background, 1 foreground, then red, green, blue.
                let color = given.get(1..).and_then(rgb);
                match (first, color) {
                    (0, Some(color)) => self.pen.style.bg = color,
                    (1, Some(color)) => self.pen.style.fg = color,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn erase_display(&mut self, what: u16) {
        match what {
            0 => {
                self.erase(self.x, self.y, self.columns - self.x);
                (self.y.saturating_add(1)..=self.bottom).for_each(|y| self.erase(0, y, self.columns));
            }
            1 => {
                (0..self.y.min(MAX_ROWS)).for_each(|y| self.erase(0, y, self.columns));
                self.erase(0, self.y, self.x + 1);
            }
            _ => self.clear(),
        }
    }

    fn erase(&mut self, x: u16, y: u16, width: u16) {
        if y < MAX_ROWS {
            let style = Style { bg: self.style().bg, ..Style::DEFAULT };
            (self.on)(Event::Erase { x, y, width, cell: Cell { ch: ' ', style } });
        }
    }

    fn sgr(&mut self, given: &[u16]) {
        let mut parameters = given.iter().copied();
        while let Some(n) = parameters.next() {
            let pen = &mut self.pen;
            match n {
                0 => *pen = Attributes::default(),
                1 => pen.bold = true,
                4 => pen.style.underline = true,
                5 | 6 => pen.style.blink = true,
                7 => pen.style.reverse = true,
                22 => pen.bold = false,
                24 => pen.style.underline = false,
                25 => pen.style.blink = false,
                27 => pen.style.reverse = false,
                30..=37 => pen.style.fg = indexed(n - 30),
                39 => pen.style.fg = Color::Default,
                40 | 49 => pen.style.bg = Color::Default,
                41..=47 => pen.style.bg = indexed(n - 40),
                90..=97 => pen.style.fg = indexed(n - 82),
                100..=107 => pen.style.bg = indexed(n - 92),
                38 | 48 => {
                    let color = match parameters.next() {
                        Some(5) => parameters.next().map(indexed),
                        Some(2) => {
                            let parts: Vec<u16> = parameters.by_ref().take(3).collect();
                            rgb(&parts)
                        }
                        _ => None,
                    };
                    match color {
                        Some(color) if n == 38 => pen.style.fg = color,
                        Some(color) => pen.style.bg = color,
                        None => {}
                    }
                }
                _ => {}
            }
        }
    }
}

fn indexed(n: u16) -> Color {
    Color::Indexed(part(n))
}

fn rgb(parts: &[u16]) -> Option<Color> {
    let &[red, green, blue, ..] = parts else { return None };
    Some(Color::Rgb(part(red), part(green), part(blue)))
}

fn part(n: u16) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX)
}
