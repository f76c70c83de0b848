//! The audit log: what was done to the board and to callers, and by whom.

use dialtone_domain::users::AuditLine;

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::screens::{format, pager, show_error};
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Panel, notice, pick, styles};

const COLUMNS: [Column; 4] = [
    Column::new("when", 10, styles::ASIDE),
    Column::new("who", 14, styles::NAME),
    Column::new("what", 14, styles::HEADING).spare(),
    Column::new("to whom, and how", 0, styles::WORDS),
];
/// Lines shown, the newest.
const SHOWN: i64 = 500;

/// Who did it, as one reads it.
fn who(line: &AuditLine) -> String {
    match (&line.handle, line.actor) {
        (Some(handle), _) => handle.to_string(),
        (None, Some(actor)) => format!("account {actor}"),
        (None, None) => "a command".to_owned(),
    }
}

fn row(line: &AuditLine, language: &Language) -> Vec<CellText> {
    vec![
        (format::ago(language, line.at), None),
        (who(line), None),
        (line.action.clone(), None),
        (line.detail.clone(), None),
    ]
}

fn about(line: &AuditLine) -> Panel {
    Panel {
        title: format::moment(line.at),
        pairs: vec![("who", who(line)), ("what", line.action.clone())],
        words: line.detail.clone(),
        picture: None,
    }
}

/// Shows the newest lines until the sysop leaves.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let answer = call.domain.users.audit_log(SHOWN).await;
    let Some(lines) = show_error(call, answer).await? else { return Ok(()) };
    let mut bar = Bar::default();
    loop {
        call.enter("sysop", "the audit log", "who did what to the board and its callers");
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: lines.iter().map(|line| row(line, call.language())).collect(),
            empty: "Nothing has been done yet that the audit log tells of.".into(),
            bar: std::mem::take(&mut bar),
            about: Some(Box::new(|n| lines.get(n).map(about).unwrap_or_default())),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        match picked {
            ListOutcome::Row(n) => {
                if let Some(line) = lines.get(n) {
                    let words = format!("{}: {}\n{}", who(line), line.action, line.detail);
                    notice(call, &format::moment(line.at), &words).await?;
                }
            }
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            _ => {}
        }
    }
}
