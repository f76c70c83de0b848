//! Everybody who calls here.

use crate::ui::{Call, Column, Leave, List, Picked, pick, theme};

use super::{pager, profile, said, words};

const COLUMNS: [Column; 3] = [
    Column::new("handle", 26, theme::NAME),
    Column::new("from", 0, theme::WORDS),
    Column::new("last call", 10, theme::ASIDE).right(),
];
/// Accounts fetched at a time.
const PAGE: i64 = 200;

/// Shows the accounts until the caller leaves.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
    let mut profiles = Vec::new();
    let (mut chosen, mut more) = (0, true);
    loop {
        if more && chosen + 1 >= profiles.len() {
            let after = profiles.last().map(|last: &dialtone_domain::users::Profile| last.id);
            let answer = call.domain.users.list(after, PAGE).await;
            let Some(next) = said(call, answer).await? else { return Ok(()) };
            more = i64::try_from(next.len()).unwrap_or(0) == PAGE;
            profiles.extend(next);
        }
        call.enter("users", "users", "who calls here");
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: profiles
                .iter()
                .map(|profile| {
                    let last = profile.last_call_at.map_or_else(|| "never".to_owned(), words::ago);
                    vec![(profile.handle.to_string(), None), (profile.location.clone(), None), (last, None)]
                })
                .collect(),
            empty: "Nobody has an account yet.".into(),
            chosen,
            more,
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        chosen = list.chosen;
        match picked {
            Picked::Row(n) => {
                if let Some(profile) = profiles.get(n) {
                    profile::view(call, profile.id).await?;
                }
            }
            Picked::More => chosen += 1,
            Picked::Pages => pager(call).await?,
            Picked::Back => return Ok(()),
            Picked::Key(_) | Picked::News => {}
        }
    }
}
