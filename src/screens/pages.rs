//! What the pager brought: this call's news, and pages from others that wait.

use chrono::{DateTime, Utc};
use dialtone_domain::events::Target;

use crate::call::{Call, EndReason};
use crate::ui::{Bar, Column, List, ListOutcome, Live, Panel, notice, pick, styles};

use super::{format, show_error, thread};

const COLUMNS: [Column; 2] = [Column::new("when", 8, styles::ASIDE), Column::new("what", 0, styles::WORDS)];

/// Entries shown at the most: what is open for hours may not grow for ever.
const KEPT: usize = 1000;

struct Entry {
    at: DateTime<Utc>,
    text: String,
    target: Option<Target>,
    new: bool,
}

fn about(entry: &Entry) -> Panel {
    let title = match entry.target {
        Some(Target::Thread { .. }) => format!("{}, Enter opens the thread", format::moment(entry.at)),
        _ => format::moment(entry.at),
    };
    Panel { title, words: entry.text.clone(), ..Panel::default() }
}

/// Puts what has come since the last time in front of `entries`, newest first; it counts as read. False if the records
/// could not be asked.
async fn take(call: &mut Call, entries: &mut Vec<Entry>) -> Result<bool, EndReason> {
    for page in call.read_pages() {
        entries.push(Entry { at: page.at, text: page.text, target: page.target, new: true });
    }
    if !call.caller.is_guest() {
        let answer = call.domain.messaging.pages(&call.caller).await;
        let stored = match show_error(call, answer).await? {
            Some(stored) => stored,
            // What came in this call is here all the same.
            None if !entries.is_empty() => Vec::new(),
            None => return Ok(false),
        };
        if let Some(newest) = stored.iter().map(|page| page.id).max()
            && stored.iter().any(|page| !page.seen)
        {
            let answer = call.domain.messaging.mark_pages_seen(&call.caller, newest).await;
            show_error(call, answer).await?;
        }
        for page in stored {
            let text = format!("{} pages you: {}", page.from, page.text);
            // A page that came during this call is in both lists.
            let target = Some(Target::Page(page.id));
            if !entries.iter().any(|entry| entry.target == target) {
                entries.push(Entry { at: page.at, text, target, new: !page.seen });
            }
        }
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries.truncate(KEPT);
    Ok(true)
}

/// Shows the pages, newest first; they count as read.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let mut entries: Vec<Entry> = Vec::new();
    if !take(call, &mut entries).await? {
        return Ok(());
    }
    let mut bar = Bar::default();
    loop {
        call.enter("pages", "the pager", "what came in");
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: entries
                .iter()
                .map(|entry| {
                    let style = entry.new.then_some(styles::NAME);
                    vec![(format::ago(call.language(), entry.at), None), (entry.text.clone(), style)]
                })
                .collect(),
            empty: "Nothing. The line is quiet.".into(),
            bar: std::mem::take(&mut bar),
            live: Live::Pages,
            about: Some(Box::new(|n| entries.get(n).map(about).unwrap_or_default())),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = std::mem::take(&mut list.bar);
        drop(list);
        match picked {
            ListOutcome::Row(n) => match entries.get(n) {
                Some(Entry { target: Some(Target::Thread { board, thread: id }), .. }) => {
                    let (board, id) = (*board, *id);
                    let answer = call.domain.messaging.reader(&call.caller, board).await;
                    if let Some(reader) = show_error(call, answer).await? {
                        // The reader may open the pager again: boxed, or the two would contain each other.
                        Box::pin(thread::show(call, &reader, id)).await?;
                    }
                }
                Some(entry) => {
                    let text = entry.text.clone();
                    notice(call, "page", &text).await?;
                }
                None => {}
            },
            ListOutcome::News => {
                let on = entries.get(bar.chosen).map(|entry| (entry.at, entry.text.clone()));
                take(call, &mut entries).await?;
                bar.follow(on, entries.iter().map(|entry| (entry.at, entry.text.clone())));
            }
            ListOutcome::Back | ListOutcome::Pages => return Ok(()),
            _ => {}
        }
    }
}
