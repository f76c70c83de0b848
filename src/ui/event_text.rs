//! The words of events, by kind: what a caller's pager says of one, and what the sysop's log does. Words alone: whom an
//! event concerns is its [`meaning`](EventBody::meaning). Callers have chosen some of these words: whoever shows a line
//! cleans it for their terminal.

use dialtone_domain::{CallId, Cents, EventBody, InstanceId, UserId};

/// What the ids in an event are called.
pub trait Names {
    /// A caller.
    fn user(&self, id: UserId) -> String;
    /// A call.
    fn call(&self, id: CallId) -> String;
    /// An instance.
    fn instance(&self, id: InstanceId) -> String;
}

/// An event in one line for a caller whom it concerns; none where it is no news for callers.
pub fn pager(body: &EventBody) -> Option<String> {
    let line = match body {
        EventBody::MessageCreated { board_name, author_handle, subject, .. } => {
            format!("{author_handle} posted in {board_name}: \"{subject}\"")
        }
        EventBody::PageSent { from_handle, text, .. } => format!("{from_handle} pages you: {text}"),
        EventBody::Broadcast { from_handle, text } => format!("{from_handle} to everybody: {text}"),
        EventBody::UserOnline { handle, .. } => format!("{handle} is on line"),
        _ => return None,
    };
    Some(line)
}

/// An event in one line for the sysop.
pub fn log(body: &EventBody, names: &impl Names) -> String {
    match body {
        EventBody::MessageCreated { board_name, author_handle, subject, .. } => {
            format!("{author_handle} posted \"{subject}\" on {board_name}")
        }
        EventBody::PageSent { from_handle, to, .. } => format!("{from_handle} paged {}", names.user(*to)),
        EventBody::Broadcast { from_handle, text } => format!("{from_handle} told everybody: {text}"),
        EventBody::UserRegistered { handle, .. } => format!("{handle} joined the board"),
        EventBody::UserChanged { user } => format!("{}: account changed", names.user(*user)),
        EventBody::UserBanned { user, reason } if reason.is_empty() => {
            format!("{} was banned", names.user(*user))
        }
        EventBody::UserBanned { user, reason } => format!("{} was banned: {reason}", names.user(*user)),
        EventBody::UserOnline { handle, call, .. } => format!("{handle} logged in, call {call}"),
        EventBody::UserOffline { handle, call, .. } => format!("{handle} hung up, call {call}"),
        EventBody::FriendsChanged { user } => format!("{} changed their friends", names.user(*user)),
        EventBody::BoardChanged { board } => format!("board {board} was changed"),
        EventBody::QuotesUpdated { quotes } => match quotes.as_slice() {
            [one] => format!("{} moved to {}", one.symbol, Cents(one.cents)),
            all => format!("{} prices moved", all.len()),
        },
        EventBody::OrderSettled { user, symbol, side, shares, cents } => {
            let done = if side == "sell" { "sold" } else { "bought" };
            format!("{} {done} {shares} {symbol} for {}", names.user(*user), Cents(*cents))
        }
        EventBody::CallKicked { call, by, reason } => format!("{by} ended {}: {reason}", names.call(*call)),
        EventBody::InstanceDraining { instance } => {
            format!("{} takes no more calls", names.instance(*instance))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pager;
    use dialtone_domain::EventBody;

    #[test]
    fn there_are_words_for_all_that_callers_are_told_and_for_nothing_else() {
        for example in EventBody::examples() {
            let (is_news, said) = (example.meaning().is_news(), pager(&example));
            assert_eq!(said.is_some(), is_news, "{example:?} is said as {said:?}");
        }
    }
}
