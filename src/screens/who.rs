//! Who's online, on every instance.

use std::sync::Arc;

use dialtone_domain::CallId;
use dialtone_domain::users::OnlineCall;
use tokio::time::Instant;

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::switchboard::callers;
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Live, Panel, pick, styles};

use super::{format, page, pager, profile, show_error};

const COLUMNS: [Column; 5] = [
    Column::new("node", 12, styles::ASIDE).spare(),
    Column::new("who", 16, styles::NAME),
    Column::new("where", 0, styles::WORDS),
    Column::new("by", 6, styles::ASIDE).spare(),
    Column::new("for", 6, styles::WORDS).right(),
];

/// The node of a call: `14`, or `2:14` where these calls are on several instances.
pub fn node(call: &OnlineCall, calls: &[OnlineCall]) -> String {
    if calls.iter().any(|other| other.instance != call.instance) {
        format!("{}:{}", call.instance_name, call.node)
    } else {
        call.node.to_string()
    }
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

fn row(online: &OnlineCall, all: &[OnlineCall], me: Option<CallId>, language: &Language) -> Vec<CellText> {
    let (who, place) = names(online, me);
    vec![
        (node(online, all), None),
        (who, None),
        (place, None),
        (online.transport.clone(), None),
        (format::ago(language, online.since), None),
    ]
}

fn about(online: &OnlineCall, all: &[OnlineCall], me: Option<CallId>, language: &Language) -> Panel {
    let (who, place) = names(online, me);
    let sure = if online.transport == "ssh" { "ssh, nobody reads along" } else { "telnet, in the clear" };
    Panel {
        title: who,
        pairs: vec![
            ("is at", place),
            ("since", format!("{}, {}", format::clock(online.since), format::when(language, online.since))),
            ("node", node(online, all)),
            ("by", sure.to_owned()),
        ],
        ..Panel::default()
    }
}

/// Who is on line, as one view shows it.
pub struct Online {
    /// Every open call.
    pub calls: Arc<Vec<OnlineCall>>,
    asked: Instant,
}

impl Online {
    /// Asks the records; none if they didn't answer.
    pub async fn ask(call: &mut Call) -> Result<Option<Self>, EndReason> {
        let asked = Instant::now();
        let answer = call.domain.users.online().await;
        Ok(show_error(call, answer).await?.map(|calls| Self { calls: Arc::new(calls), asked }))
    }

    /// After somebody came or went: what was read once for all views, unless this one asked later.
    pub fn next(&self, call: &Call) -> Self {
        let now = call.subscription.board_stats().now();
        match now.asked {
            Some(asked) if asked > self.asked => Self { calls: Arc::clone(&now.calls), asked },
            _ => Self { calls: Arc::clone(&self.calls), asked: self.asked },
        }
    }
}

/// Shows who is on line until the caller leaves.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let (mut bar, mut on) = (Bar::default(), None);
    let mut shown: Option<Online> = None;
    loop {
        let online = match shown.take() {
            Some(online) => online,
            None => match Online::ask(call).await? {
                Some(online) => online,
                None => return Ok(()),
            },
        };
        let (known, waiting): (Vec<&OnlineCall>, Vec<&OnlineCall>) =
            online.calls.iter().partition(|online| online.handle.is_some());
        let mut subtitle = how_many(&online.calls);
        if !waiting.is_empty() {
            subtitle.push_str(&format!(", {} at the door", waiting.len()));
        }
        call.enter("who", "who's online", &subtitle);
        let me = call.id;
        bar.follow(on, known.iter().map(|online| online.call));
        let language = Arc::clone(call.language());
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: known.iter().map(|call| row(call, &online.calls, me, &language)).collect(),
            empty: "Nobody is on line.".into(),
            keys: if call.caller.is_guest() { vec![] } else { vec![("P", "page"), ("F", "make a friend")] },
            bar: std::mem::take(&mut bar),
            live: Live::Callers,
            about: Some(Box::new(|n| {
                known.get(n).map(|call| about(call, &online.calls, me, &language)).unwrap_or_default()
            })),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        on = known.get(bar.chosen).map(|online| online.call);
        let user = known.get(bar.chosen).and_then(|online| online.user).filter(|user| user.0 != 0);
        match (picked, user) {
            (ListOutcome::Row(_), Some(user)) => profile::view(call, user).await?,
            (ListOutcome::Key('P'), Some(user)) => page::write(call, user).await?,
            (ListOutcome::Key('F'), Some(user)) => {
                let answer = call.domain.users.befriend(&call.caller, user).await;
                show_error(call, answer).await?;
            }
            (ListOutcome::Pages, _) => pager(call).await?,
            (ListOutcome::Back, _) => return Ok(()),
            (ListOutcome::News, _) => shown = Some(online.next(call)),
            _ => {}
        }
    }
}

/// The list in plain lines, for `ssh host who`.
pub fn in_lines(online: &[OnlineCall], language: &Language) -> String {
    let mut lines = format!("{:<12} {:<24} {:<24} {:>8}\n", "node", "who", "where", "for");
    for call in online {
        if let Some(handle) = &call.handle {
            let (node, place, since) = (node(call, online), &call.place, format::ago(language, call.since));
            lines.push_str(&format!("{node:<12} {:<24} {place:<24} {since:>8}\n", handle.as_str()));
        }
    }
    lines.push_str(&how_many(online));
    lines.push('\n');
    lines
}

/// `3 callers on line`: somebody with two calls is one caller.
fn how_many(online: &[OnlineCall]) -> String {
    format::count(i64::try_from(callers(online)).unwrap_or(0), "caller", "callers") + " on line"
}
