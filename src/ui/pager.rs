//! The pager: what happened elsewhere and concerns this caller, as one line.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use dialtone_domain::events::{Event, Target};
use dialtone_domain::{BoardId, ThreadId};
use dialtone_terminal::text::clean_line;

use super::event_text;
use crate::lang::Language;

/// Pages kept to be read; older ones are only counted, the boards still have what they told of.
const KEPT: usize = 50;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The line.
    pub text: String,
    /// The thread it tells of, if it does.
    pub thread: Option<(BoardId, ThreadId)>,
}

/// The pages of one call.
#[derive(Debug, Default)]
pub struct Pager {
    unread: VecDeque<Page>,
    missed: u32,
}

impl Pager {
    /// Takes a page.
    pub fn take(&mut self, page: Page) {
        if self.unread.len() == KEPT {
            self.unread.pop_front();
            self.missed += 1;
        }
        self.unread.push_back(page);
    }

    /// Counts events that did not reach the call in time.
    pub fn missed(&mut self, count: u32) {
        self.missed += count;
    }

    /// The newest unread page.
    pub fn newest(&self) -> Option<&Page> {
        self.unread.back()
    }

    /// Unread pages behind the newest.
    pub fn more(&self) -> usize {
        (self.unread.len() + self.missed as usize).saturating_sub(1)
    }

    /// All unread pages, newest first; none are unread then.
    pub fn read(&mut self) -> Vec<Page> {
        self.missed = 0;
        std::mem::take(&mut self.unread).into_iter().rev().collect()
    }
}

/// What the pager says of an event; none if it says nothing.
pub fn page_of(event: &Event, language: &Language) -> Option<Page> {
    let meaning = event.body.meaning();
    let text = meaning.is_news().then(|| event_text::pager(&event.body, language)).flatten()?;
    let thread = meaning.target.map(|Target::Thread { board, thread }| (board, thread));
    Some(Page { at: event.at, text: clean_line(&text), thread })
}
