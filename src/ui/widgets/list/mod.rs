//! A list with a bar: columns on a grid, pages, a search as one types, and a panel about what the bar is on.

mod plain;
mod view;

use std::time::Duration;

use dialtone_domain::BoardId;
use dialtone_domain::events::{Counter, Event, Target};
use dialtone_terminal::{Key, Style};
use tokio::time::Instant;

use crate::ui::keys::{Act, Hint, Meaning};
use crate::ui::panel::Panel;
use crate::ui::widgets::search::{IncrementalSearch, SearchOutcome, find, seek};
use crate::ui::{CallEvent, Conversation, View, Widget};

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Its width in cells; 0 takes what the others leave.
    pub columns: u16,
    /// Whether it is drawn only where there is room to spare.
    pub spare: bool,
    /// Whether it is aligned right.
    pub right: bool,
    /// Its colour.
    pub style: Style,
    /// Whether it is there to be looked at alone, and not said in words.
    pub picture: bool,
}

impl Column {
    /// A column aligned left.
    pub const fn new(title: &'static str, columns: u16, style: Style) -> Self {
        Self { title, columns, spare: false, right: false, style, picture: false }
    }

    /// Aligned right.
    pub const fn right(self) -> Self {
        Self { right: true, ..self }
    }

    /// Not said in words.
    pub const fn picture(self) -> Self {
        Self { picture: true, ..self }
    }

    /// Left out on narrow terminals.
    pub const fn spare(self) -> Self {
        Self { spare: true, ..self }
    }
}

/// A cell's text, and its colour where it differs from its column's.
pub type CellText = (String, Option<Style>);

/// Where the bar is, and the search that moves it: what stays when the rows are fetched anew.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// The row under the bar.
    pub chosen: usize,
    /// The search under way.
    pub search: Option<IncrementalSearch>,
    /// When the rows are to be fetched again, because of news.
    news: Option<Instant>,
    /// There was news, and the rows are fetched again at the next key.
    stale: bool,
    /// Rows on the screen.
    room: usize,
}

impl Bar {
    /// Puts the bar on the row where `item` is now. It stays where it was if the item is gone.
    pub fn follow<T: PartialEq>(&mut self, item: Option<T>, items: impl IntoIterator<Item = T>) {
        if let Some(row) = item.and_then(|item| items.into_iter().position(|other| other == item)) {
            self.chosen = row;
        }
    }
}

/// News that changes what is listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Live {
    /// None does.
    #[default]
    Nothing,
    /// Prices.
    Prices,
    /// New messages.
    Messages,
    /// New messages on one board.
    Board(BoardId),
    /// Who comes and goes.
    Callers,
    /// What the pager tells.
    Pages,
}

impl Live {
    fn concerned(self, event: &Event) -> bool {
        let meaning = event.body.meaning();
        match self {
            Self::Prices => !meaning.quotes.is_empty(),
            Self::Messages => meaning.counter == Some(Counter::Messages),
            Self::Board(this) => {
                matches!(meaning.target, Some(Target::Thread { board, .. }) if board == this)
            }
            Self::Pages => event.body.meaning().is_news(),
            Self::Nothing | Self::Callers => false,
        }
    }
}

/// The panel about a row, made when it is drawn.
pub type About<'a> = Box<dyn Fn(usize) -> Panel + Send + Sync + 'a>;

/// What is listed.
#[derive(Default)]
pub struct List<'a> {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, one text for each column.
    pub rows: Vec<Vec<CellText>>,
    /// What is said when there are none.
    pub empty: String,
    /// Keys of the screen, besides the bar's own.
    pub keys: Vec<Hint>,
    /// A remark above the prompt.
    pub note: String,
    /// Where the bar is.
    pub bar: Bar,
    /// Whether there are more rows to fetch below.
    pub more: bool,
    /// What news is of interest.
    pub live: Live,
    /// What there is to know about the row under the bar.
    pub about: Option<About<'a>>,
}

/// What the caller did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListOutcome {
    /// Chose a row.
    Row(usize),
    /// Pressed a key of the screen, upper case, with the bar on a row.
    Key(char),
    /// Wants the rows below those there are; the bar stands where they will be.
    More,
    /// Something changed that the list may want to show.
    News,
    /// Wants to read the pager.
    Pages,
    /// Wants out.
    Back,
}

/// How long after news the rows are fetched again: a burst of it is one fetch.
const BURST: Duration = Duration::from_millis(250);
/// Pages fetched at the most for one key of a search.
const FETCHED: u8 = 20;

/// Rows from the top within which the bar may be for the rows to be fetched again while the caller does nothing.
const FETCHED_ALONE: usize = 200;

impl List<'_> {
    /// News came a moment ago; true if the rows are to be fetched now. Where the bar is far down a list that comes page
    /// by page, hundreds of pages are, and whoever just left it there may be asleep: then it is at the next key.
    fn refresh(&mut self) -> bool {
        self.bar.news = None;
        let paged = matches!(self.live, Live::Board(_) | Live::Callers);
        let far_down = paged && self.bar.chosen >= FETCHED_ALONE;
        self.bar.stale |= far_down;
        !far_down
    }

    fn heard_news(&mut self) {
        if !self.bar.stale {
            self.bar.news.get_or_insert_with(|| Instant::now() + BURST);
        }
    }

    fn last(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    fn matches(&self, row: usize, needle: &[char]) -> bool {
        self.rows.get(row).is_some_and(|cells| cells.iter().any(|(text, _)| find(text, needle).is_some()))
    }

    /// Moves the bar to what is looked for; true if it can only be in rows that are not there yet.
    fn seek(&mut self, from: usize, backwards: bool) -> bool {
        let Some(search) = &self.bar.search else { return false };
        let found = match search.number() {
            Some(number) if number > self.rows.len() && self.more => None,
            Some(number) => Some(number.clamp(1, self.rows.len().max(1)) - 1),
            None => {
                let needle = search.needle();
                if needle.is_empty() {
                    return false;
                }
                seek(self.rows.len(), from, backwards, |row| self.matches(row, &needle))
            }
        };
        if let Some(found) = found {
            self.bar.chosen = found;
        }
        let more = found.is_none() && self.more;
        match &mut self.bar.search {
            Some(search) if more && search.fetched < FETCHED => {
                search.fetched += 1;
                true
            }
            _ => false,
        }
    }

    /// A key while a search is under way; none if the caller goes on searching.
    fn search(&mut self, key: Key) -> Option<ListOutcome> {
        let search = self.bar.search.as_mut()?;
        let more = match search.press(key) {
            SearchOutcome::Changed => self.seek(self.bar.chosen, false),
            SearchOutcome::Next => self.seek(self.bar.chosen + 1, false),
            SearchOutcome::Previous => self.seek(self.bar.chosen + self.rows.len().saturating_sub(1), true),
            SearchOutcome::Done => {
                self.bar.search = None;
                return (!self.rows.is_empty()).then_some(ListOutcome::Row(self.bar.chosen));
            }
            SearchOutcome::Left => {
                self.bar.search = None;
                false
            }
            SearchOutcome::Nothing => false,
        };
        more.then_some(ListOutcome::More)
    }

    /// A key while the bar is moved by hand.
    fn press(&mut self, key: Key, room: usize) -> Option<ListOutcome> {
        let last = self.last();
        let act = match self.keys().meaning(key) {
            Meaning::Own(key) => return Some(ListOutcome::Key(key)),
            Meaning::Other(Key::Char(c)) if c.is_ascii_digit() && !self.rows.is_empty() => {
                self.bar.search = Some(IncrementalSearch::new(&c.to_string()));
                return self.seek(0, false).then_some(ListOutcome::More);
            }
            Meaning::Other(Key::Click { row, .. }) => {
                let first = self.bar.chosen / room.max(1) * room.max(1);
                let clicked = first + usize::from(row).checked_sub(1).filter(|row| *row < room)?;
                return (clicked <= last && !self.rows.is_empty()).then(|| {
                    self.bar.chosen = clicked;
                    ListOutcome::Row(clicked)
                });
            }
            Meaning::Other(_) => return None,
            Meaning::Act(act) => act,
        };
        let below = match act {
            Act::Up => self.bar.chosen.saturating_sub(1),
            Act::Down => self.bar.chosen + 1,
            Act::PageUp => self.bar.chosen.saturating_sub(room),
            Act::PageDown | Act::Forward if self.bar.chosen < last => (self.bar.chosen + room).min(last),
            Act::PageDown | Act::Forward => self.bar.chosen + room,
            Act::First => 0,
            Act::Last if self.bar.chosen < last => last,
            Act::Last => last + room,
            Act::Choose if !self.rows.is_empty() => return Some(ListOutcome::Row(self.bar.chosen)),
            Act::Find => {
                self.bar.search = Some(IncrementalSearch::new(""));
                return None;
            }
            Act::Back => return Some(ListOutcome::Back),
            Act::Pages => return Some(ListOutcome::Pages),
            _ => return None,
        };
        self.bar.chosen = below;
        if below > last && self.more {
            return Some(ListOutcome::More);
        }
        self.bar.chosen = below.min(last);
        None
    }
}

impl Widget for List<'_> {
    type Outcome = ListOutcome;

    fn fit(&mut self, columns: u16, rows: u16) {
        self.bar.room = self.room(columns, rows);
    }

    fn quiet_at(&self) -> Option<Instant> {
        self.bar.news
    }

    fn take(&mut self, event: CallEvent) -> Option<ListOutcome> {
        let key = match event {
            CallEvent::Key(key) => key,
            CallEvent::News(event) if self.live.concerned(&event) => {
                self.heard_news();
                return None;
            }
            CallEvent::Tick => {
                self.heard_news();
                return None;
            }
            CallEvent::Quiet => return self.refresh().then_some(ListOutcome::News),
            _ => return None,
        };
        let picked =
            if self.bar.search.is_some() { self.search(key) } else { self.press(key, self.bar.room) };
        let stale = std::mem::take(&mut self.bar.stale);
        match picked {
            Some(picked @ (ListOutcome::More | ListOutcome::Pages)) => {
                self.bar.stale = stale;
                Some(picked)
            }
            Some(picked) => Some(picked),
            None => stale.then_some(ListOutcome::News),
        }
    }

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<ListOutcome, C::End> {
        plain::pick(call, self).await
    }
}

/// Shows a list until the caller does something that is not the bar's own.
pub async fn pick<C: Conversation>(call: &mut C, list: &mut List<'_>) -> Result<ListOutcome, C::End> {
    list.bar.chosen = list.bar.chosen.min(list.last());
    let searching = list.bar.search.as_ref().is_some_and(|search| search.fetched > 0);
    if searching && !call.screen().plain() && list.seek(list.bar.chosen, false) {
        return Ok(ListOutcome::More);
    }
    call.run(list).await
}

#[cfg(test)]
mod tests;
