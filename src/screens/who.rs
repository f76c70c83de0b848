//! Who's online, on every node.

use dialtone_domain::users::OnlineCall;

use crate::ui::{Call, Column, Leave, List, Picked, pick, theme};

use super::{page, pager, profile, said, words};

const COLUMNS: [Column; 5] = [
    Column::new("line", 14, theme::ASIDE),
    Column::new("who", 20, theme::NAME),
    Column::new("where", 0, theme::WORDS),
    Column::new("by", 6, theme::ASIDE).spare(),
    Column::new("for", 8, theme::WORDS).right().spare(),
];

/// Node and line of a call: `1-3`, or `hub-3` where the nodes have names of their own.
fn line(call: &OnlineCall) -> String {
    format!("{}-{}", call.node_name, call.line)
}

/// Shows who is on line until the caller leaves.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
    let mut chosen = 0;
    loop {
        let answer = call.domain.users.online().await;
        let Some(online) = said(call, answer).await? else { return Ok(()) };
        let (known, waiting): (Vec<&OnlineCall>, Vec<&OnlineCall>) =
            online.iter().partition(|online| online.handle.is_some());
        let mut subtitle =
            words::count(i64::try_from(known.len()).unwrap_or(0), "caller", "callers") + " on line";
        if !waiting.is_empty() {
            subtitle.push_str(&format!(", {} at the door", waiting.len()));
        }
        call.enter("who", "who's online", &subtitle);
        let me = call.id;
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: known
                .iter()
                .map(|online| {
                    let handle = online.handle.as_ref().map(ToString::to_string).unwrap_or_default();
                    let (who, place) = if Some(online.call) == me {
                        // The news of one's own last step may still be on its way.
                        (format!("{handle} (you)"), "who's online".to_owned())
                    } else {
                        (handle, online.place.clone())
                    };
                    vec![
                        (line(online), None),
                        (who, None),
                        (place, None),
                        (online.transport.clone(), None),
                        (words::ago(online.since), None),
                    ]
                })
                .collect(),
            empty: "Nobody at all, which cannot be.".into(),
            keys: if call.caller.guest { vec![] } else { vec![("P", "page"), ("F", "make a friend")] },
            chosen,
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        chosen = list.chosen;
        let user = known.get(chosen).and_then(|online| online.user).filter(|user| user.0 != 0);
        match (picked, user) {
            (Picked::Row(_), Some(user)) => profile::view(call, user).await?,
            (Picked::Key('P'), Some(user)) => page::write(call, user).await?,
            (Picked::Key('F'), Some(user)) => {
                let answer = call.domain.users.befriend(&call.caller, user).await;
                said(call, answer).await?;
            }
            (Picked::Pages, _) => pager(call).await?,
            (Picked::Back, _) => return Ok(()),
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
    let known = online.iter().filter(|call| call.handle.is_some()).count();
    lines.push_str(&words::count(i64::try_from(known).unwrap_or(0), "caller", "callers"));
    lines.push_str(" on line\n");
    lines
}
