//! Which message an event is, by kind: in a caller's pager, and in the sysop's log. Whom an event concerns is its
//! [`meaning`](EventBody::meaning). Callers have chosen some of the words: whoever shows a line cleans it for their
//! terminal.

use dialtone_domain::{CallId, Cents, EventBody, InstanceId, UserId};

use crate::lang::{Language, say};

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
pub fn pager(body: &EventBody, language: &Language) -> Option<String> {
    let line = match body {
        EventBody::MessageCreated { board_name, author_handle, subject, .. } => {
            say!(
                language,
                "pager-message",
                author = author_handle.as_str(),
                board = board_name,
                subject = subject
            )
        }
        EventBody::PageSent { from_handle, text, .. } => {
            say!(language, "pager-page", from = from_handle.as_str(), text = text)
        }
        EventBody::Broadcast { from_handle, text } => {
            say!(language, "pager-broadcast", from = from_handle.as_str(), text = text)
        }
        EventBody::UserOnline { handle, .. } => say!(language, "pager-online", handle = handle.as_str()),
        _ => return None,
    };
    Some(line)
}

/// An event in one line for the sysop.
pub fn log(body: &EventBody, names: &impl Names, language: &Language) -> String {
    match body {
        EventBody::MessageCreated { board_name, author_handle, subject, .. } => {
            say!(
                language,
                "log-message",
                author = author_handle.as_str(),
                board = board_name,
                subject = subject
            )
        }
        EventBody::PageSent { from_handle, to, .. } => {
            say!(language, "log-page", from = from_handle.as_str(), to = names.user(*to))
        }
        EventBody::Broadcast { from_handle, text } => {
            say!(language, "log-broadcast", from = from_handle.as_str(), text = text)
        }
        EventBody::UserRegistered { handle, .. } => {
            say!(language, "log-registered", handle = handle.as_str())
        }
        EventBody::UserChanged { user } => say!(language, "log-changed", user = names.user(*user)),
        EventBody::UserBanned { user, reason } if reason.is_empty() => {
            say!(language, "log-banned", user = names.user(*user))
        }
        EventBody::UserBanned { user, reason } => {
            say!(language, "log-banned-why", user = names.user(*user), reason = reason)
        }
        EventBody::UserOnline { handle, call, .. } => {
            say!(language, "log-online", handle = handle.as_str(), call = call.to_string())
        }
        EventBody::UserOffline { handle, call, .. } => {
            say!(language, "log-offline", handle = handle.as_str(), call = call.to_string())
        }
        EventBody::FriendsChanged { user } => say!(language, "log-friends", user = names.user(*user)),
        EventBody::BoardChanged { board } => say!(language, "log-board", board = board.to_string()),
        EventBody::QuotesUpdated { quotes } => match quotes.as_slice() {
            [one] => say!(
                language,
                "log-quote",
                symbol = one.symbol.to_string(),
                price = Cents(one.cents).to_string(),
            ),
            all => say!(language, "log-quotes", count = all.len()),
        },
        EventBody::OrderSettled { user, symbol, side, shares, cents } => say!(
            language,
            "log-order",
            user = names.user(*user),
            side = side,
            shares = *shares,
            symbol = symbol.to_string(),
            price = Cents(*cents).to_string(),
        ),
        EventBody::CallKicked { call, by, reason } => {
            say!(language, "log-kicked", by = by, call = names.call(*call), reason = reason)
        }
        EventBody::InstanceDraining { instance } => {
            say!(language, "log-draining", instance = names.instance(*instance))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pager;
    use crate::lang::english;
    use dialtone_domain::EventBody;

    #[test]
    fn there_are_words_for_all_that_callers_are_told_and_for_nothing_else() {
        for example in EventBody::examples() {
            let (is_news, said) = (example.meaning().is_news(), pager(&example, english()));
            assert_eq!(said.is_some(), is_news, "{example:?} is said as {said:?}");
        }
    }
}
