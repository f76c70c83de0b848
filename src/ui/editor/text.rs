//! The text under the editor: paragraphs as they were typed, wrapped to whatever width is on screen. Pure.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use dialtone_terminal::text::width;

/// The most bytes of a text; a message holds as many.
pub const BYTES: usize = 65_536;
/// The most paragraphs of a text.
const PARAGRAPHS: usize = 1_000;
/// States kept to go back to, of a short text. A state shares its paragraphs with the next.
const STATES: usize = 100;
/// States kept of a long one: as many as are this many bytes together, and a few at least.
const STATE_BYTES: usize = 400_000;
const FEW_STATES: usize = 4;
/// Characters that tell a quote from other text.
const OPENING: usize = 8;
/// Columns between tab stops.
const TAB: usize = 4;

/// A paragraph: what lies between two presses of Enter.
type Paragraph = Arc<Vec<char>>;

/// A place in the text: before this character of this paragraph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which paragraph.
    pub paragraph: usize,
    /// Which character of it.
    pub at: usize,
}

/// A row as it is shown: these characters of this paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which paragraph.
    pub paragraph: usize,
    /// Its characters; a blank at which the row was broken is one of them.
    pub range: Range<usize>,
}

/// What was changed last: a run of the same is undone at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Typed,
    Erased,
    Other,
}

/// A text, the cursor in it, and what it was before.
#[derive(Debug, Clone)]
pub struct Writing {
    paragraphs: Vec<Paragraph>,
    cursor: Place,
    /// Bytes of the whole text.
    bytes: usize,
    /// Whether typing goes over what is there.
    pub overwrite: bool,
    before: VecDeque<(Vec<Paragraph>, Place)>,
    last: Option<Change>,
}

impl Writing {
    /// A text to change, with the cursor at its start.
    pub fn new(text: &str) -> Self {
        Self {
            paragraphs: text.split('\n').map(|line| Arc::new(line.chars().collect())).collect(),
            cursor: Place::default(),
            bytes: text.len(),
            overwrite: false,
            before: VecDeque::new(),
            last: None,
        }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let lines: Vec<String> = self.paragraphs.iter().map(|p| p.iter().collect()).collect();
        lines.join("\n")
    }

    /// Whether there is nothing but blanks.
    pub fn is_blank(&self) -> bool {
        self.paragraphs.iter().all(|p| p.iter().all(|c| c.is_whitespace()))
    }

    /// Where the cursor is.
    pub fn cursor(&self) -> Place {
        self.cursor
    }

    /// Moves the cursor, as near to `to` as there is a place.
    pub fn move_to(&mut self, to: Place) {
        let paragraph = to.paragraph.min(self.paragraphs.len().saturating_sub(1));
        self.cursor = Place { paragraph, at: to.at.min(self.length(paragraph)) };
        self.last = None;
    }

    /// To the end of the text.
    pub fn move_to_end(&mut self) {
        self.move_to(Place { paragraph: usize::MAX, at: usize::MAX });
    }

    /// One character back.
    pub fn back(&mut self) {
        let Place { paragraph, at } = self.cursor;
        match (at, paragraph) {
            (0, 0) => {}
            (0, _) => self.move_to(Place { paragraph: paragraph - 1, at: usize::MAX }),
            _ => self.move_to(Place { paragraph, at: at - 1 }),
        }
    }

    /// One character on.
    pub fn on(&mut self) {
        let Place { paragraph, at } = self.cursor;
        if at < self.length(paragraph) {
            self.move_to(Place { paragraph, at: at + 1 });
        } else if paragraph + 1 < self.paragraphs.len() {
            self.move_to(Place { paragraph: paragraph + 1, at: 0 });
        }
    }

    /// The characters of a row.
    pub fn characters(&self, row: &Row) -> String {
        let paragraph = self.paragraphs.get(row.paragraph).map_or(&[][..], |p| p.as_slice());
        paragraph.get(row.range.clone()).unwrap_or_default().iter().collect()
    }

    /// The paragraph of this number.
    pub fn paragraph(&self, number: usize) -> String {
        self.paragraphs.get(number).map(|p| p.iter().collect()).unwrap_or_default()
    }

    /// How the paragraph of this number begins.
    pub fn opening(&self, number: usize) -> String {
        self.paragraphs.get(number).map(|p| p.iter().take(OPENING).collect()).unwrap_or_default()
    }

    fn length(&self, paragraph: usize) -> usize {
        self.paragraphs.get(paragraph).map_or(0, |p| p.len())
    }

    /// Counts the bytes anew.
    fn count(&mut self) {
        let bytes = |paragraph: &Paragraph| paragraph.iter().map(|c| c.len_utf8()).sum::<usize>();
        let ends = self.paragraphs.len().saturating_sub(1);
        self.bytes = self.paragraphs.iter().map(bytes).sum::<usize>() + ends;
    }

    /// Keeps the text as it is to come back to, unless it only goes on as it went.
    fn keep(&mut self, change: Change) {
        if change == Change::Other || self.last != Some(change) {
            let kept = (STATE_BYTES / self.bytes.max(1)).clamp(FEW_STATES, STATES);
            while self.before.len() >= kept {
                self.before.pop_front();
            }
            self.before.push_back((self.paragraphs.clone(), self.cursor));
        }
        self.last = Some(change);
    }

    /// Goes back to what was before the last change; false if nothing was.
    pub fn undo(&mut self) -> bool {
        let Some((paragraphs, cursor)) = self.before.pop_back() else { return false };
        (self.paragraphs, self.cursor, self.last) = (paragraphs, cursor, None);
        self.count();
        true
    }

    fn here(&mut self) -> Option<&mut Vec<char>> {
        self.paragraphs.get_mut(self.cursor.paragraph).map(Arc::make_mut)
    }

    /// Types a character; false if the text holds no more.
    pub fn insert(&mut self, c: char) -> bool {
        if self.bytes + c.len_utf8() > BYTES {
            return false;
        }
        // A run ends with its word.
        self.keep(if c == ' ' { Change::Other } else { Change::Typed });
        self.last = Some(Change::Typed);
        let (at, overwrite) = (self.cursor.at, self.overwrite);
        let mut gone = 0;
        if let Some(here) = self.here() {
            match here.get_mut(at) {
                Some(old) if overwrite => gone = std::mem::replace(old, c).len_utf8(),
                _ => here.insert(at.min(here.len()), c),
            }
            self.cursor.at += 1;
            self.bytes = self.bytes + c.len_utf8() - gone;
        }
        true
    }

    /// Blanks up to the next tab stop.
    pub fn tab(&mut self) -> bool {
        let stop = TAB - self.cursor.at % TAB;
        (0..stop).all(|_| self.insert(' '))
    }

    /// Begins a new paragraph; false if the text holds no more.
    pub fn split(&mut self) -> bool {
        if self.bytes + 1 > BYTES || self.paragraphs.len() >= PARAGRAPHS {
            return false;
        }
        self.keep(Change::Other);
        let at = self.cursor.at;
        if let Some(here) = self.here() {
            let tail = here.split_off(at.min(here.len()));
            self.cursor = Place { paragraph: self.cursor.paragraph + 1, at: 0 };
            self.paragraphs.insert(self.cursor.paragraph, Arc::new(tail));
            self.bytes += 1;
        }
        true
    }

    /// Erases what is under the cursor.
    pub fn delete(&mut self) {
        let Place { paragraph, at } = self.cursor;
        if at < self.length(paragraph) {
            self.keep(Change::Erased);
            let gone = self.here().map_or(0, |here| here.remove(at).len_utf8());
            self.bytes -= gone;
        } else if paragraph + 1 < self.paragraphs.len() {
            self.keep(Change::Other);
            let tail = self.paragraphs.remove(paragraph + 1);
            if let Some(here) = self.here() {
                here.extend(tail.iter());
            }
            self.bytes -= 1;
        }
    }

    /// Erases what is before the cursor.
    pub fn erase(&mut self) {
        if self.cursor != Place::default() {
            let last = self.last;
            self.back();
            self.last = last;
            self.delete();
        }
    }

    /// Takes a row out, and the line end with it where it is the paragraph's last.
    pub fn cut(&mut self, row: &Row) {
        self.keep(Change::Other);
        self.cursor = Place { paragraph: row.paragraph, at: row.range.start };
        let whole = row.range == (0..self.length(row.paragraph));
        if whole && self.paragraphs.len() > 1 {
            self.paragraphs.remove(row.paragraph);
        } else if let Some(here) = self.here() {
            here.drain(row.range.start..row.range.end.min(here.len()));
        }
        self.count();
        let last = self.last;
        self.move_to(self.cursor);
        self.last = last;
    }

    /// Empties a paragraph: a command stood there.
    pub fn clear(&mut self, paragraph: usize) {
        self.keep(Change::Other);
        if let Some(there) = self.paragraphs.get_mut(paragraph) {
            *there = Arc::default();
        }
        self.count();
        self.cursor = Place { paragraph, at: 0 };
    }

    /// Puts lines above the cursor's paragraph, as many as fit.
    pub fn put(&mut self, lines: &[String]) {
        self.keep(Change::Other);
        let mut room = BYTES.saturating_sub(self.bytes);
        let places = PARAGRAPHS.saturating_sub(self.paragraphs.len());
        let fitting = lines.iter().take(places).take_while(|line| {
            let fits = line.len() < room;
            room = room.saturating_sub(line.len() + 1);
            fits
        });
        let new: Vec<Paragraph> = fitting.map(|line| Arc::new(line.chars().collect())).collect();
        let at = self.cursor.paragraph;
        let below = at + new.len();
        self.paragraphs.splice(at..at, new);
        self.cursor = Place { paragraph: below, at: 0 };
        self.count();
    }

    /// The rows of the text at `columns` to a row, broken at blanks where there are any.
    pub fn rows(&self, columns: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        for (paragraph, characters) in self.paragraphs.iter().enumerate() {
            let mut start = 0;
            while let Some(end) = broken(characters, start, columns.max(1)) {
                rows.push(Row { paragraph, range: start..end });
                start = end;
            }
            rows.push(Row { paragraph, range: start..characters.len() });
        }
        rows
    }

    /// The row that the cursor is in, and how many cells of it lie before the cursor.
    pub fn place_in(&self, rows: &[Row]) -> (usize, usize) {
        let Place { paragraph, at } = self.cursor;
        let last = |row: &Row| row.paragraph == paragraph && row.range.start <= at;
        let n = rows.iter().rposition(last).unwrap_or(0);
        let start = rows.get(n).map_or(0, |row| row.range.start);
        let before = Row { paragraph, range: start..at };
        (n, cells(&self.characters(&before)))
    }

    /// The place in a row that lies as many cells from its start, or its last.
    pub fn place_at(&self, row: &Row, wanted: usize) -> Place {
        let text = self.characters(row);
        let chars = text.chars().count();
        let fits = (0..=chars).rev().find(|n| cells(&text.chars().take(*n).collect::<String>()) <= wanted);
        let mut at = row.range.start + fits.unwrap_or(0);
        // Behind the blank at which the row was broken the next row begins.
        if at == row.range.end && at < self.length(row.paragraph) && at > row.range.start {
            at -= 1;
        }
        Place { paragraph: row.paragraph, at }
    }
}

/// Cells that a text takes on a grid, where a wide character takes one.
pub fn cells(text: &str) -> usize {
    text.chars().map(cell).sum()
}

/// Most characters are letters of the oldest charset: those are not looked up, since a long paste is laid out often.
fn cell(c: char) -> usize {
    if matches!(c, ' '..='~') { 1 } else { width(c.encode_utf8(&mut [0; 4])).min(1) }
}

/// Where the row that begins at `start` ends, if the paragraph goes on below it.
fn broken(characters: &[char], start: usize, columns: usize) -> Option<usize> {
    let rest = characters.get(start..).unwrap_or_default();
    let mut used = 0;
    let over = rest.iter().position(|c| {
        used += cell(*c);
        used > columns
    })?;
    if rest.get(over) == Some(&' ') {
        // A blank right behind a full row ends it; it shows nothing there.
        return Some(start + over + 1).filter(|end| *end < characters.len());
    }
    let blank = rest.get(..over).unwrap_or_default().iter().rposition(|c| *c == ' ');
    Some(start + blank.map_or(over.max(1), |at| at + 1))
}

#[cfg(test)]
mod tests;
