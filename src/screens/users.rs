//! Everybody who calls here.

use dialtone_domain::users::Profile;

use crate::call::{Call, EndReason};
use crate::lang::Language;
use crate::ui::{Bar, CellText, Column, List, ListOutcome, Panel, pick, styles};

use super::{format, pager, profile, show_error};

const COLUMNS: [Column; 4] = [
    Column::new("handle", 24, styles::NAME),
    Column::new("from", 0, styles::WORDS).spare(),
    Column::new("calls", 6, styles::WORDS).right(),
    Column::new("last call", 10, styles::ASIDE).right(),
];
/// Accounts fetched at a time.
const PAGE: i64 = 200;

/// When somebody called last.
pub fn last_call(profile: &Profile, language: &Language) -> String {
    profile.last_call_at.map_or_else(|| "never".to_owned(), |at| format::ago(language, at))
}

fn row(profile: &Profile, language: &Language) -> Vec<CellText> {
    vec![
        (profile.handle.to_string(), None),
        (profile.location.clone(), None),
        (profile.calls.to_string(), None),
        (last_call(profile, language), None),
    ]
}

/// What a list says of somebody.
pub fn about(profile: &Profile) -> Panel {
    let mut pairs = vec![
        ("name", profile.display_name.clone()),
        ("from", profile.location.clone()),
        ("likes", profile.interests.clone()),
        ("since", format::day(profile.created_at)),
        ("is", if profile.sysop { "the sysop".to_owned() } else { String::new() }),
    ];
    pairs.retain(|(_, value)| !value.is_empty());
    let first = profile.bio.lines().next().unwrap_or_default().to_owned();
    Panel { title: profile.handle.to_string(), pairs, words: first, picture: None }
}

/// Shows the accounts until the caller leaves.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    let mut profiles: Vec<Profile> = Vec::new();
    let (mut bar, mut more, mut wanted) = (Bar::default(), true, true);
    loop {
        if more && std::mem::take(&mut wanted) {
            let answer = call.domain.users.list(profiles.last().map(|last| last.id), PAGE).await;
            let Some(next) = show_error(call, answer).await? else { return Ok(()) };
            more = i64::try_from(next.len()).unwrap_or(0) == PAGE;
            profiles.extend(next);
        }
        call.enter("users", "users", "who calls here");
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: profiles.iter().map(|profile| row(profile, call.language())).collect(),
            empty: "Nobody has an account yet.".into(),
            bar: std::mem::take(&mut bar),
            more,
            about: Some(Box::new(|n| profiles.get(n).map(about).unwrap_or_default())),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        match picked {
            ListOutcome::Row(n) => {
                if let Some(profile) = profiles.get(n) {
                    profile::view(call, profile.id).await?;
                }
            }
            ListOutcome::More => wanted = true,
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            ListOutcome::Key(_) | ListOutcome::News => {}
        }
    }
}
