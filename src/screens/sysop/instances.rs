//! The processes that answer calls.

use chrono::Utc;
use dialtone_domain::instances::Instance;

use super::watch::Watch;
use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::screens::{format, pager};
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Panel, pick, styles};

const COLUMNS: [Column; 4] = [
    Column::new("name", 12, styles::NAME),
    Column::new("at", 0, styles::WORDS).spare(),
    Column::new("up for", 10, styles::WORDS).right(),
    Column::new("calls", 6, styles::WORDS).right(),
];
/// An instance that has not been heard of for this many seconds has missed a renewal of its lease.
const LATE: i64 = 6;

/// For how many seconds it has not been heard of, if that is too long.
pub fn silent_for(instance: &Instance) -> Option<i64> {
    let seconds = (Utc::now() - instance.last_seen).num_seconds();
    (seconds > LATE).then_some(seconds)
}

fn row(instance: &Instance, language: &Language) -> Vec<CellText> {
    let style = silent_for(instance).map(|_| styles::FIGURE);
    vec![
        (instance.name.clone(), style),
        (instance.host.clone(), style),
        (format::ago(language, instance.since), style),
        (instance.calls.to_string(), style),
    ]
}

fn about(instance: &Instance) -> Panel {
    let heard = match silent_for(instance) {
        Some(seconds) => format!("{seconds} s ago"),
        None => "just now".to_owned(),
    };
    Panel {
        title: format!("instance {}", instance.name),
        pairs: vec![
            ("id", instance.id.to_string()),
            ("at", instance.host.clone()),
            ("started", format::moment(instance.since)),
            ("heard of", heard),
        ],
        ..Panel::default()
    }
}

/// Lists them until the sysop leaves.
pub async fn show(call: &mut Call, watch: &Watch) -> Result<(), EndReason> {
    let mut bar = Bar::default();
    loop {
        let seen = watch.seen();
        call.enter("sysop", "instances", "the processes that answer calls");
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: seen.instances.iter().map(|instance| row(instance, call.language())).collect(),
            empty: "No instance is up.".into(),
            bar: std::mem::take(&mut bar),
            about: Some(Box::new(|n| seen.instances.get(n).map(about).unwrap_or_default())),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        match picked {
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            _ => {}
        }
    }
}
