//! Friends: those whose calls the pager tells of.

use crate::ui::{Call, Column, Field, Form, Leave, List, Picked, confirm, pick, theme};

use super::{pager, profile, said};

const COLUMNS: [Column; 1] = [Column::new("handle", 26, theme::NAME)];

/// Shows the caller's friends until they leave.
pub async fn show(call: &mut Call) -> Result<(), Leave> {
    let mut chosen = 0;
    loop {
        let answer = call.domain.users.friends(call.caller.id).await;
        let Some(friends) = said(call, answer).await? else { return Ok(()) };
        call.enter("friends", "friends", "the pager tells you when they call");
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: friends.iter().map(|(_, handle)| vec![(handle.to_string(), None)]).collect(),
            empty: "No friends yet. A adds one.".into(),
            keys: vec![("A", "add"), ("D", "delete")],
            chosen,
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        chosen = list.chosen;
        match picked {
            Picked::Row(n) => {
                if let Some((user, _)) = friends.get(n) {
                    profile::view(call, *user).await?;
                }
            }
            Picked::Key('A') => {
                let mut form = Form::new("");
                let Some(handle) =
                    form.ask(call, &Field::open("handle", "whose calls you want to hear of", 24)).await?
                else {
                    continue;
                };
                let answer = call.domain.users.by_handle(&handle).await;
                if let Some(friend) = said(call, answer).await? {
                    let answer = call.domain.users.befriend(&call.caller, friend.id).await;
                    said(call, answer).await?;
                }
            }
            Picked::Key('D') => {
                if let Some((user, handle)) = friends.get(chosen)
                    && confirm(call, &format!("Hear no more of {handle}?")).await?
                {
                    let answer = call.domain.users.unfriend(&call.caller, *user).await;
                    said(call, answer).await?;
                }
            }
            Picked::Pages => pager(call).await?,
            Picked::Back => return Ok(()),
            _ => {}
        }
    }
}
