//! The pager: what happened elsewhere and concerns this caller, as one line.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use dialtone_domain::PageId;
use dialtone_domain::events::{Event, Target};
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
    /// What it tells of, if that can be looked at.
    pub target: Option<Target>,
}

/// The pages of one call.
#[derive(Debug, Default)]
pub struct Pager {
    unread: VecDeque<Page>,
    missed: u32,
    /// What one caller said to another comes from the records at log-in and as an event: it is told once.
    told: VecDeque<PageId>,
}

impl Pager {
    /// Takes a page; false if it was taken before.
    pub fn take(&mut self, page: Page) -> bool {
        if let Some(Target::Page(id)) = page.target {
            if self.told.contains(&id) {
                return false;
            }
            self.told.truncate(KEPT - 1);
            self.told.push_front(id);
        }
        if self.unread.len() == KEPT {
            self.unread.pop_front();
            self.missed += 1;
        }
        self.unread.push_back(page);
        true
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
    Some(Page { at: event.at, text: clean_line(&text), target: meaning.target })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_the_records_is_not_told_again_by_its_event() {
        let page = |id| Page { at: Utc::now(), text: "hello".into(), target: Some(Target::Page(PageId(id))) };
        let mut pager = Pager::default();
        assert!(pager.take(page(1)) && pager.take(page(2)));
        assert_eq!(pager.read().len(), 2);
        assert!(!pager.take(page(1)) && !pager.take(page(2)) && pager.take(page(3)));
        assert_eq!(pager.read().len(), 1);
        // Of what a caller without end is paged, no more is remembered than is kept.
        for id in 4..200 {
            pager.take(page(id));
        }
        assert_eq!(pager.told.len(), KEPT);
    }
}
