//! Who's online, on every instance.

use std::sync::Arc;

use dialtone_domain::users::OnlineCall;
use dialtone_domain::{CallId, Domain, UsersError};

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Live, Panel, pick, styles};

use super::{format, page, pager, profile, show_error};

const COLUMNS: [Column; 5] = [
    Column::new("node", 12, styles::ASIDE).spare(),
    Column::new("who", 16, styles::NAME),
    Column::new("where", 0, styles::WORDS),
    Column::new("by", 6, styles::ASIDE).spare(),
    Column::new("for", 6, styles::WORDS).right(),
];

/// Calls fetched at a time.
const PAGE: i64 = 50;

/// The node of a call: `14`, or `2:14` where several instances are up.
fn node(call: &OnlineCall) -> String {
    if call.several { format!("{}:{}", call.instance_name, call.node) } else { call.node.to_string() }
}

/// Who it is and where they are; of one's own call what one sees oneself, for the news of it may be on its way.
fn names(online: &OnlineCall, me: Option<CallId>) -> (String, String) {
    let handle = online.handle.as_ref().map(ToString::to_string).unwrap_or_default();
    if Some(online.call) == me {
        (format!("{handle} (you)"), "who's online".to_owned())
    } else {
        (handle, online.place.clone())
    }
}

fn row(online: &OnlineCall, me: Option<CallId>, language: &Language) -> Vec<CellText> {
    let (who, place) = names(online, me);
    vec![
        (node(online), None),
        (who, None),
        (place, None),
        (online.transport.clone(), None),
        (format::ago(language, online.since), None),
    ]
}

fn about(online: &OnlineCall, me: Option<CallId>, language: &Language) -> Panel {
    let (who, place) = names(online, me);
    let sure = if online.transport == "ssh" { "ssh, nobody reads along" } else { "telnet, in the clear" };
    Panel {
        title: who,
        pairs: vec![
            ("is at", place),
            ("since", format!("{}, {}", format::clock(online.since), format::when(language, online.since))),
            ("node", node(online)),
            ("by", sure.to_owned()),
        ],
        ..Panel::default()
    }
}

/// Fetches the calls below those there are: whether there may be more; none if the records didn't answer.
async fn fetch(call: &mut Call, calls: &mut Vec<OnlineCall>) -> Result<Option<bool>, EndReason> {
    let after = calls.last().and_then(|last| last.number);
    let answer = call.domain.users.online_page(after, PAGE).await;
    let Some(next) = show_error(call, answer).await? else { return Ok(None) };
    let more = i64::try_from(next.len()).unwrap_or(0) == PAGE;
    calls.extend(next);
    Ok(Some(more))
}

/// Shows who is on line until the caller leaves.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let (mut bar, mut on) = (Bar::default(), None);
    let mut calls: Vec<OnlineCall> = Vec::new();
    let (mut more, mut fresh) = (true, true);
    loop {
        if std::mem::take(&mut fresh) {
            // Begun anew, up to where the bar is.
            calls.clear();
            more = true;
            while more && calls.len() <= bar.chosen {
                let Some(below) = fetch(call, &mut calls).await? else { return Ok(()) };
                more = below;
            }
            bar.follow(on, calls.iter().map(|online| online.call));
        }
        call.refresh_clock();
        let callers = call.screen.online.unwrap_or_default();
        call.enter("who", "who's online", &how_many(callers));
        let me = call.id;
        let language = Arc::clone(call.language());
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: calls.iter().map(|call| row(call, me, &language)).collect(),
            empty: "Nobody at all, which cannot be.".into(),
            keys: if call.caller.is_guest() { vec![] } else { vec![("P", "page"), ("F", "make a friend")] },
            bar: std::mem::take(&mut bar),
            more,
            live: Live::Callers,
            about: Some(Box::new(|n| {
                calls.get(n).map(|call| about(call, me, &language)).unwrap_or_default()
            })),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = std::mem::take(&mut list.bar);
        drop(list);
        on = calls.get(bar.chosen).map(|online| online.call);
        let user = calls.get(bar.chosen).and_then(|online| online.user).filter(|user| user.0 != 0);
        match (picked, user) {
            (ListOutcome::Row(_), Some(user)) => {
                profile::view(call, user).await?;
                fresh = true;
            }
            (ListOutcome::Key('P'), Some(user)) => {
                page::write(call, user).await?;
                fresh = true;
            }
            (ListOutcome::Key('F'), Some(user)) => {
                let answer = call.domain.users.befriend(&call.caller, user).await;
                show_error(call, answer).await?;
            }
            (ListOutcome::Pages, _) => pager(call).await?,
            (ListOutcome::Back, _) => return Ok(()),
            (ListOutcome::More, _) => {
                let Some(below) = fetch(call, &mut calls).await? else { return Ok(()) };
                more = below;
            }
            (ListOutcome::News, _) => fresh = true,
            _ => {}
        }
    }
}

/// The list in plain lines, for `ssh host who`: all of it, fetched page by page.
pub async fn in_lines(domain: &Domain, callers: usize, language: &Language) -> Result<String, UsersError> {
    let mut lines = format!("{:<12} {:<24} {:<24} {:>8}\n", "node", "who", "where", "for");
    let mut after = None;
    loop {
        let calls = domain.users.online_page(after, PAGE).await?;
        for call in &calls {
            let handle = call.handle.as_ref().map(ToString::to_string).unwrap_or_default();
            let (node, place, since) = (node(call), &call.place, format::ago(language, call.since));
            lines.push_str(&format!("{node:<12} {handle:<24} {place:<24} {since:>8}\n"));
        }
        match calls.last() {
            Some(last) if i64::try_from(calls.len()).unwrap_or(0) == PAGE => after = last.number,
            _ => break,
        }
    }
    lines.push_str(&how_many(callers));
    lines.push('\n');
    Ok(lines)
}

/// `3 callers on line`: somebody with two calls is one caller.
fn how_many(callers: usize) -> String {
    format::count(i64::try_from(callers).unwrap_or(i64::MAX), "caller", "callers") + " on line"
}
