//! Who's online, on every node.

use std::sync::Arc;

use dialtone_domain::CallId;
use dialtone_domain::users::OnlineCall;
use tokio::time::Instant;

use crate::switchboard::callers;
use crate::ui::{Bar, Call, CellText, Column, Leave, List, Live, Panel, Picked, pick, theme};

use super::{page, pager, profile, said, words};

const COLUMNS: [Column; 5] = [
    Column::new("line", 12, theme::ASIDE).spare(),
    Column::new("who", 16, theme::NAME),
    Column::new("where", 0, theme::WORDS),
    Column::new("by", 6, theme::ASIDE).spare(),
    Column::new("for", 6, theme::WORDS).right(),
];

/// Node and line of a call: `1-3`, or `hub-3` where the nodes have names of their own.
fn line(call: &OnlineCall) -> String {
    format!("{}-{}", call.node_name, call.line)
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

fn row(online: &OnlineCall, me: Option<CallId>) -> Vec<CellText> {
    let (who, place) = names(online, me);
    vec![
        (line(online), None),
        (who, None),
        (place, None),
        (online.transport.clone(), None),
        (words::ago(online.since), None),
    ]
}

fn about(online: &OnlineCall, me: Option<CallId>) -> Panel {
    let (who, place) = names(online, me);
    let sure = if online.transport == "ssh" { "ssh, nobody reads along" } else { "telnet, in the clear" };
    Panel {
        title: who,
        pairs: vec![
            ("is at", place),
            ("since", format!("{}, {}", words::clock(online.since), words::when(online.since))),
            ("line", format!("{} of node {}", online.line, online.node_name)),
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
    pub async fn ask(call: &mut Call) -> Result<Option<Self>, Leave> {
        let asked = Instant::now();
        let answer = call.domain.users.online().await;
        Ok(said(call, answer).await?.map(|calls| Self { calls: Arc::new(calls), asked }))
    }

    /// After somebody came or went: what was read once for all views, unless this one asked later.
    pub fn next(&self, call: &Call) -> Self {
        let now = call.registration.glance().now();
        match now.asked {
            Some(asked) if asked > self.asked => Self { calls: Arc::clone(&now.calls), asked },
            _ => Self { calls: Arc::clone(&self.calls), asked: self.asked },
        }
    }
}

/// Shows who is on line until the caller leaves.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
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
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: known.iter().map(|online| row(online, me)).collect(),
            empty: "Nobody at all, which cannot be.".into(),
            keys: if call.caller.guest { vec![] } else { vec![("P", "page"), ("F", "make a friend")] },
            bar: std::mem::take(&mut bar),
            live: Live::Callers,
            about: Some(Box::new(|n| known.get(n).map(|online| about(online, me)).unwrap_or_default())),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        on = known.get(bar.chosen).map(|online| online.call);
        let user = known.get(bar.chosen).and_then(|online| online.user).filter(|user| user.0 != 0);
        match (picked, user) {
            (Picked::Row(_), Some(user)) => profile::view(call, user).await?,
            (Picked::Key('P'), Some(user)) => page::write(call, user).await?,
            (Picked::Key('F'), Some(user)) => {
                let answer = call.domain.users.befriend(&call.caller, user).await;
                said(call, answer).await?;
            }
            (Picked::Pages, _) => pager(call).await?,
            (Picked::Back, _) => return Ok(()),
            (Picked::News, _) => shown = Some(online.next(call)),
            _ => {}
        }
    }
}

/// The list in plain lines, for `ssh host who`.
pub fn in_lines(online: &[OnlineCall]) -> String {
    let mut lines = format!("{:<12} {:<24} {:<24} {:>8}\n", "line", "who", "where", "for");
    for call in online {
        if let Some(handle) = &call.handle {
            let (line, place, since) = (line(call), &call.place, words::ago(call.since));
            lines.push_str(&format!("{line:<12} {:<24} {place:<24} {since:>8}\n", handle.as_str()));
        }
    }
    lines.push_str(&how_many(online));
    lines.push('\n');
    lines
}

/// `3 callers on line`: somebody with two calls is one caller.
fn how_many(online: &[OnlineCall]) -> String {
    words::count(i64::try_from(callers(online)).unwrap_or(0), "caller", "callers") + " on line"
}
