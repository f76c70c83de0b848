//! The text under the editor: paragraphs as they were typed, wrapped to whatever width is on screen. Pure.
//!
//! A key costs what it changes and what of it is on the screen, however long the text is: rows are laid out as far as
//! somebody looks, kept, and laid out again from the row before a change; undo keeps what was changed, not the text.

use std::collections::VecDeque;
use std::ops::Range;

use dialtone_terminal::text::width;

/// The most bytes of a text; a message holds as many.
pub const BYTES: usize = 65_536;
/// The most paragraphs of a text.
const PARAGRAPHS: usize = 1_000;
/// Changes kept to take back.
const CHANGES: usize = 100;
/// The most characters of one change that goes on as it went.
const RUN: usize = 1_000;
/// Characters that tell a quote from other text.
const OPENING: usize = 8;
/// Columns between tab stops.
const TAB: usize = 4;

/// A place in the text: before this character of this paragraph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CursorPosition {
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

/// What lies between two presses of Enter, and where its rows begin, as far as it has been laid out.
#[derive(Debug, Clone)]
struct Paragraph {
    chars: Vec<char>,
    starts: Vec<usize>,
    /// Whether the last row that begins is also the paragraph's last.
    laid: bool,
}

impl Paragraph {
    fn new(chars: Vec<char>) -> Self {
        Self { chars, starts: vec![0], laid: false }
    }

    /// Forgets the rows that a change at this character may change: its own, and the one before, where a word may
    /// fit now.
    fn changed(&mut self, at: usize) {
        let row = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        self.starts.truncate(row.max(1));
        self.laid = false;
    }

    /// Lays out until the row `row` and the one that holds `at` are known; tells how many characters that took.
    fn lay(&mut self, columns: usize, row: usize, at: usize) -> usize {
        let from = self.starts.last().copied().unwrap_or(0);
        let mut to = from;
        while !self.laid && (self.starts.len() <= row.saturating_add(1) || to <= at) {
            match broken(&self.chars, to, columns) {
                Some(end) => {
                    self.starts.push(end);
                    to = end;
                }
                None => {
                    self.laid = true;
                    to = self.chars.len();
                }
            }
        }
        to - from
    }

    /// A row that has been laid out.
    fn row(&self, paragraph: usize, row: usize) -> Option<Row> {
        let start = *self.starts.get(row)?;
        let end = self.starts.get(row + 1).copied().unwrap_or(self.chars.len());
        Some(Row { paragraph, range: start..end })
    }
}

/// The kind of change that was last: a run of the same is undone at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    LineOutcome,
    Erased,
    Other,
}

/// A change, to be taken back: `inserted` characters from `at` on stand where `removed` stood.
#[derive(Debug, Clone)]
struct Change {
    at: CursorPosition,
    removed: VecDeque<char>,
    inserted: usize,
    /// Where the cursor was.
    cursor: CursorPosition,
}

/// A text, the cursor in it, and what it was before.
#[derive(Debug, Clone)]
pub struct TextBuffer {
    paragraphs: Vec<Paragraph>,
    /// Columns of a row.
    columns: usize,
    cursor: CursorPosition,
    /// Bytes of the whole text.
    bytes: usize,
    /// Whether typing goes over what is there.
    pub overwrite: bool,
    before: VecDeque<Change>,
    last: Option<Kind>,
    /// Counts the changes.
    changes: u64,
    /// Counts the characters that were laid out.
    laid_out: u64,
}

impl TextBuffer {
    /// A text to change, with the cursor at its start.
    pub fn new(text: &str) -> Self {
        Self {
            paragraphs: text.split('\n').map(|line| Paragraph::new(line.chars().collect())).collect(),
            columns: 76,
            cursor: CursorPosition::default(),
            bytes: text.len(),
            overwrite: false,
            before: VecDeque::new(),
            last: None,
            changes: 0,
            laid_out: 0,
        }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.bytes);
        for (n, paragraph) in self.paragraphs.iter().enumerate() {
            if n > 0 {
                text.push('\n');
            }
            text.extend(&paragraph.chars);
        }
        text
    }

    /// Another number with each change.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether there is nothing but blanks.
    pub fn is_blank(&self) -> bool {
        self.paragraphs.iter().all(|p| p.chars.iter().all(|c| c.is_whitespace()))
    }

    /// Where the cursor is.
    pub fn cursor(&self) -> CursorPosition {
        self.cursor
    }

    /// Moves the cursor, as near to `to` as there is a place.
    pub fn move_to(&mut self, to: CursorPosition) {
        let paragraph = to.paragraph.min(self.paragraphs.len().saturating_sub(1));
        self.cursor = CursorPosition { paragraph, at: to.at.min(self.length(paragraph)) };
        self.last = None;
    }

    /// To the end of the text.
    pub fn move_to_end(&mut self) {
        self.move_to(CursorPosition { paragraph: usize::MAX, at: usize::MAX });
    }

    /// One character back.
    pub fn back(&mut self) {
        let CursorPosition { paragraph, at } = self.cursor;
        match (at, paragraph) {
            (0, 0) => {}
            (0, _) => self.move_to(CursorPosition { paragraph: paragraph - 1, at: usize::MAX }),
            _ => self.move_to(CursorPosition { paragraph, at: at - 1 }),
        }
    }

    /// One character on.
    pub fn on(&mut self) {
        let CursorPosition { paragraph, at } = self.cursor;
        if at < self.length(paragraph) {
            self.move_to(CursorPosition { paragraph, at: at + 1 });
        } else if paragraph + 1 < self.paragraphs.len() {
            self.move_to(CursorPosition { paragraph: paragraph + 1, at: 0 });
        }
    }

    fn slice(&self, row: &Row) -> &[char] {
        let paragraph = self.paragraphs.get(row.paragraph).map_or(&[][..], |p| p.chars.as_slice());
        paragraph.get(row.range.clone()).unwrap_or_default()
    }

    /// The characters of a row.
    pub fn characters(&self, row: &Row) -> String {
        self.slice(row).iter().collect()
    }

    /// The paragraph of this number, if it has no more characters than `limit`.
    pub fn short_paragraph(&self, number: usize, limit: usize) -> Option<String> {
        let paragraph = self.paragraphs.get(number).filter(|p| p.chars.len() <= limit)?;
        Some(paragraph.chars.iter().collect())
    }

    /// How the paragraph of this number begins.
    pub fn opening(&self, number: usize) -> String {
        self.paragraphs.get(number).map(|p| p.chars.iter().take(OPENING).collect()).unwrap_or_default()
    }

    fn length(&self, paragraph: usize) -> usize {
        self.paragraphs.get(paragraph).map_or(0, |p| p.chars.len())
    }

    /// Puts a character in, or ends the paragraph there; the place behind it.
    fn add(&mut self, place: CursorPosition, c: char) -> CursorPosition {
        let CursorPosition { paragraph, at } = place;
        let Some(here) = self.paragraphs.get_mut(paragraph) else { return place };
        let at = at.min(here.chars.len());
        here.changed(at);
        self.bytes += c.len_utf8();
        self.changes += 1;
        if c == '\n' {
            let tail = here.chars.split_off(at);
            self.paragraphs.insert(paragraph + 1, Paragraph::new(tail));
            return CursorPosition { paragraph: paragraph + 1, at: 0 };
        }
        here.chars.insert(at, c);
        CursorPosition { paragraph, at: at + 1 }
    }

    /// Takes out the character there, or the line end; none at the end of the text.
    fn take(&mut self, place: CursorPosition) -> Option<char> {
        let CursorPosition { paragraph, at } = place;
        let here = self.paragraphs.get_mut(paragraph)?;
        here.changed(at);
        let c = if at < here.chars.len() {
            here.chars.remove(at)
        } else if paragraph + 1 < self.paragraphs.len() {
            let tail = self.paragraphs.remove(paragraph + 1);
            self.paragraphs.get_mut(paragraph)?.chars.extend(tail.chars);
            '\n'
        } else {
            return None;
        };
        self.bytes -= c.len_utf8();
        self.changes += 1;
        Some(c)
    }

    /// The change that begins here, or goes on as it went; it is to be told what it does.
    fn change(&mut self, kind: Kind, at: CursorPosition) -> Option<&mut Change> {
        let goes_on = kind != Kind::Other
            && self.last == Some(kind)
            && self.before.back().is_some_and(|change| change.inserted + change.removed.len() < RUN);
        if !goes_on {
            if self.before.len() >= CHANGES {
                self.before.pop_front();
            }
            let cursor = self.cursor;
            self.before.push_back(Change { at, removed: VecDeque::new(), inserted: 0, cursor });
        }
        self.last = Some(kind);
        self.before.back_mut()
    }

    /// Goes back to what was before the last change; false if nothing was.
    pub fn undo(&mut self) -> bool {
        let Some(change) = self.before.pop_back() else { return false };
        for _ in 0..change.inserted {
            self.take(change.at);
        }
        let mut at = change.at;
        for c in change.removed {
            at = self.add(at, c);
        }
        (self.cursor, self.last) = (change.cursor, None);
        true
    }

    /// Types a character; false if the text holds no more.
    pub fn insert(&mut self, c: char) -> bool {
        if self.bytes + c.len_utf8() > BYTES {
            return false;
        }
        let cursor = self.cursor;
        let under = self.overwrite && cursor.at < self.length(cursor.paragraph);
        let gone = if under { self.take(cursor) } else { None };
        // A run ends with its word.
        if let Some(change) = self.change(if c == ' ' { Kind::Other } else { Kind::LineOutcome }, cursor) {
            change.inserted += 1;
            change.removed.extend(gone);
        }
        self.last = Some(Kind::LineOutcome);
        self.cursor = self.add(cursor, c);
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
        let cursor = self.cursor;
        if let Some(change) = self.change(Kind::Other, cursor) {
            change.inserted = 1;
        }
        self.cursor = self.add(cursor, '\n');
        true
    }

    /// Erases what is under the cursor.
    pub fn delete(&mut self) {
        self.gone(self.cursor);
    }

    /// Erases what is before the cursor.
    pub fn erase(&mut self) {
        if self.cursor != CursorPosition::default() {
            let (from, last) = (self.cursor, self.last);
            self.back();
            self.last = last;
            self.gone(from);
        }
    }

    /// Takes out what is under the cursor, which was at `from` before.
    fn gone(&mut self, from: CursorPosition) {
        let cursor = self.cursor;
        let Some(c) = self.take(cursor) else { return };
        let kind = if c == '\n' { Kind::Other } else { Kind::Erased };
        self.cursor = from;
        if let Some(change) = self.change(kind, cursor) {
            if change.at == cursor {
                change.removed.push_back(c);
            } else {
                change.removed.push_front(c);
                change.at = cursor;
            }
        }
        self.cursor = cursor;
    }

    /// Takes as many characters out as one change, from `at` on.
    fn take_out(&mut self, at: CursorPosition, count: usize) {
        let removed: VecDeque<char> = (0..count).map_while(|_| self.take(at)).collect();
        if let Some(change) = self.change(Kind::Other, at) {
            change.removed = removed;
        }
    }

    /// Takes a row out, and the line end with it where it is the paragraph's last.
    pub fn cut(&mut self, row: &Row) {
        let Row { paragraph, range } = row.clone();
        let length = self.length(paragraph);
        let whole = range == (0..length) && self.paragraphs.len() > 1;
        match paragraph.checked_sub(1) {
            Some(above) if whole && paragraph + 1 == self.paragraphs.len() => {
                self.take_out(CursorPosition { paragraph: above, at: self.length(above) }, length + 1);
            }
            _ => {
                let count = range.end.min(length).saturating_sub(range.start) + usize::from(whole);
                self.take_out(CursorPosition { paragraph, at: range.start }, count);
            }
        }
        let last = self.last;
        self.move_to(CursorPosition { paragraph, at: range.start });
        self.last = last;
    }

    /// Empties a paragraph: a command stood there.
    pub fn clear(&mut self, paragraph: usize) {
        let start = CursorPosition { paragraph, at: 0 };
        self.take_out(start, self.length(paragraph));
        self.cursor = start;
    }

    /// Puts lines above the cursor's paragraph, as many as fit.
    pub fn put(&mut self, lines: &[String]) {
        let mut room = BYTES.saturating_sub(self.bytes);
        let places = PARAGRAPHS.saturating_sub(self.paragraphs.len());
        let fitting = lines.iter().take(places).take_while(|line| {
            let fits = line.len() < room;
            room = room.saturating_sub(line.len() + 1);
            fits
        });
        let new: Vec<char> = fitting.flat_map(|line| line.chars().chain(['\n'])).collect();
        let start = CursorPosition { paragraph: self.cursor.paragraph, at: 0 };
        if let Some(change) = self.change(Kind::Other, start) {
            change.inserted = new.len();
        }
        self.cursor = new.into_iter().fold(start, |at, c| self.add(at, c));
    }

    /// Rows have as many columns from here on.
    pub fn wrap_at(&mut self, columns: usize) {
        let columns = columns.max(1);
        if self.columns != columns {
            self.columns = columns;
            for paragraph in &mut self.paragraphs {
                paragraph.changed(0);
            }
        }
    }

    /// Lays a paragraph out as far as is asked for.
    fn lay(&mut self, paragraph: usize, row: usize, at: usize) {
        let columns = self.columns;
        let taken = self.paragraphs.get_mut(paragraph).map_or(0, |p| p.lay(columns, row, at));
        self.laid_out += u64::try_from(taken).unwrap_or(0);
    }

    /// Up to `count` rows from the row `first` on.
    pub fn rows(&mut self, first: usize, count: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut above = 0;
        for paragraph in 0..self.paragraphs.len() {
            let wanted = first.saturating_add(count).saturating_sub(above);
            if wanted == 0 {
                break;
            }
            self.lay(paragraph, wanted - 1, 0);
            let Some(here) = self.paragraphs.get(paragraph) else { break };
            let from = first.saturating_sub(above);
            let there = here.starts.len().min(wanted);
            rows.extend((from..there).filter_map(|row| here.row(paragraph, row)));
            above += here.starts.len();
        }
        rows
    }

    /// The row of this number, or the last.
    pub fn row(&mut self, number: usize) -> Option<Row> {
        if let Some(row) = self.rows(number, 1).pop() {
            return Some(row);
        }
        let last = self.paragraphs.len().checked_sub(1)?;
        self.lay(last, usize::MAX, usize::MAX);
        let paragraph = self.paragraphs.get(last)?;
        paragraph.row(last, paragraph.starts.len().checked_sub(1)?)
    }

    /// The row that the cursor is in, and how many cells of it lie before the cursor.
    pub fn place(&mut self) -> (usize, usize) {
        let CursorPosition { paragraph, at } = self.cursor;
        let mut above = 0;
        for number in 0..paragraph {
            self.lay(number, usize::MAX, usize::MAX);
            above += self.paragraphs.get(number).map_or(0, |p| p.starts.len());
        }
        self.lay(paragraph, 0, at);
        let Some(here) = self.paragraphs.get(paragraph) else { return (above, 0) };
        let row = here.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = here.starts.get(row).copied().unwrap_or(0);
        let before = here.chars.get(start..at).unwrap_or_default();
        (above + row, before.iter().copied().map(cell).sum())
    }

    /// The place in a row that lies as many cells from its start, or its last.
    pub fn place_at(&self, row: &Row, wanted: usize) -> CursorPosition {
        let mut used = 0;
        let fits = self.slice(row).iter().take_while(|c| {
            used += cell(**c);
            used <= wanted
        });
        let mut at = row.range.start + fits.count();
        // Behind the blank at which the row was broken the next row begins.
        if at == row.range.end && at < self.length(row.paragraph) && at > row.range.start {
            at -= 1;
        }
        CursorPosition { paragraph: row.paragraph, at }
    }
}

/// Most characters are letters of the oldest charset: those are not looked up, since a long paste is laid out often.
fn cell(c: char) -> usize {
    if matches!(c, ' '..='~') { 1 } else { width(c.encode_utf8(&mut [0; 4])).min(1) }
}

/// Characters of a row for each column, at the most: some take no cell.
const STACKED: usize = 4;

/// Where the row that begins at `start` ends, if the paragraph goes on below it.
fn broken(characters: &[char], start: usize, columns: usize) -> Option<usize> {
    let rest = characters.get(start..).unwrap_or_default();
    let mut used = 0;
    let over = rest.iter().enumerate().position(|(n, c)| {
        used += cell(*c);
        used > columns || n >= columns * STACKED
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
