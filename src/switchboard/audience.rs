//! Whom an event concerns.

use std::collections::HashSet;

use dialtone_domain::events::EventBody;
use dialtone_domain::{CallId, UserId};

/// What a call wants to hear of.
#[derive(Debug, Clone, Default)]
pub struct Interest {
    /// The call's row, once it has one.
    pub call: Option<CallId>,
    /// Who is calling, once they have said; a guest has no id.
    pub user: Option<UserId>,
    /// Access level; none before the login, so nothing is for them to read.
    pub level: Option<i64>,
    /// A sysop reads everything.
    pub sysop: bool,
    /// Whose coming and going is news.
    pub friends: HashSet<UserId>,
    /// Whether the tape is on screen.
    pub quotes: bool,
}

/// Whether an event concerns a call.
pub fn concerns(event: &EventBody, who: &Interest) -> bool {
    let me = |user: &UserId| who.user.as_ref() == Some(user);
    match event {
        EventBody::MessageCreated { read_level, author, .. } => {
            !me(author) && (who.sysop || who.level.is_some_and(|level| level >= *read_level))
        }
        EventBody::PageSent { to, .. } => me(to),
        EventBody::Broadcast { .. } => true,
        EventBody::UserOnline { user, .. } => !me(user) && who.friends.contains(user),
        EventBody::FriendsChanged { user } | EventBody::UserChanged { user } => me(user),
        EventBody::QuotesUpdated { .. } => who.quotes,
        EventBody::CallKicked { call, .. } => who.call.as_ref() == Some(call),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_domain::{BoardId, Handle, MessageId, ThreadId};

    fn post(read_level: i64, author: UserId) -> EventBody {
        EventBody::MessageCreated {
            board: BoardId(1),
            board_name: "Lobby".into(),
            read_level,
            thread: ThreadId(1),
            message: MessageId(1),
            author,
            author_handle: Handle::parse("acid burn").unwrap(),
            subject: "hi".into(),
        }
    }

    #[test]
    fn a_post_concerns_all_who_may_read_it_but_its_author() {
        let reader = Interest { user: Some(UserId(1)), level: Some(10), ..Interest::default() };
        assert!(concerns(&post(10, UserId(2)), &reader));
        assert!(!concerns(&post(50, UserId(2)), &reader), "a board they may not read");
        assert!(!concerns(&post(10, UserId(1)), &reader), "their own post");
        assert!(!concerns(&post(0, UserId(2)), &Interest::default()), "not logged in");
        let sysop = Interest { sysop: true, ..reader };
        assert!(concerns(&post(50, UserId(2)), &sysop));
    }

    #[test]
    fn a_login_concerns_friends_only() {
        let online = EventBody::UserOnline {
            user: UserId(2),
            handle: Handle::parse("acid burn").unwrap(),
            call: CallId(1),
        };
        let mut who = Interest { user: Some(UserId(1)), level: Some(10), ..Interest::default() };
        assert!(!concerns(&online, &who));
        who.friends.insert(UserId(2));
        assert!(concerns(&online, &who));
    }
}
