//! Whom an event concerns.

use std::collections::HashSet;

use dialtone_domain::events::EventBody;
use dialtone_domain::{CallId, UserId};

/// What a call wants to hear of.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
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

/// Why a call must end, said from outside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The sysop ended the call.
    Kicked {
        /// Which sysop.
        by: String,
        /// Why.
        reason: String,
    },
    /// The caller was banned, for this reason, if one was given.
    Banned(String),
}

/// What a call has to obey rather than to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// It is over.
    End(Ended),
    /// The caller's own account, or their list of friends, is not what it was.
    Stale,
}

/// What an event has a call do, if it has to do anything.
pub fn control(event: &EventBody, who: &EventFilter) -> Option<Control> {
    let me = |user: &UserId| who.user.as_ref() == Some(user);
    match event {
        EventBody::CallKicked { call, by, reason } if who.call.as_ref() == Some(call) => {
            Some(Control::End(Ended::Kicked { by: by.clone(), reason: reason.clone() }))
        }
        EventBody::UserBanned { user, reason } if me(user) => {
            Some(Control::End(Ended::Banned(reason.clone())))
        }
        EventBody::UserChanged { user } | EventBody::FriendsChanged { user } if me(user) => {
            Some(Control::Stale)
        }
        _ => None,
    }
}

/// Whether an event is news for a call.
pub fn matches(event: &EventBody, who: &EventFilter) -> bool {
    let me = |user: &UserId| who.user.as_ref() == Some(user);
    match event {
        EventBody::MessageCreated { read_level, author, .. } => {
            !me(author) && (who.sysop || who.level.is_some_and(|level| level >= *read_level))
        }
        EventBody::PageSent { to, .. } => me(to),
        EventBody::Broadcast { .. } => true,
        EventBody::UserOnline { user, .. } => !me(user) && who.friends.contains(user),
        EventBody::QuotesUpdated { .. } => who.quotes,
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
        let reader = EventFilter { user: Some(UserId(1)), level: Some(10), ..EventFilter::default() };
        assert!(matches(&post(10, UserId(2)), &reader));
        assert!(!matches(&post(50, UserId(2)), &reader), "a board they may not read");
        assert!(!matches(&post(10, UserId(1)), &reader), "their own post");
        assert!(!matches(&post(0, UserId(2)), &EventFilter::default()), "not logged in");
        let sysop = EventFilter { sysop: true, ..reader };
        assert!(matches(&post(50, UserId(2)), &sysop));
    }

    #[test]
    fn a_ban_ends_the_callers_own_calls_and_a_kick_ends_one() {
        let who = EventFilter { user: Some(UserId(1)), call: Some(CallId(7)), ..EventFilter::default() };
        let banned = |user| EventBody::UserBanned { user: UserId(user), reason: "rude".into() };
        assert_eq!(control(&banned(1), &who), Some(Control::End(Ended::Banned("rude".into()))));
        assert_eq!(control(&banned(2), &who), None);
        let kick =
            |call| EventBody::CallKicked { call: CallId(call), by: "Sysop".into(), reason: "bye".into() };
        let kicked = Ended::Kicked { by: "Sysop".into(), reason: "bye".into() };
        assert_eq!(control(&kick(7), &who), Some(Control::End(kicked)));
        assert_eq!(control(&kick(8), &who), None);
        assert_eq!(control(&EventBody::UserChanged { user: UserId(1) }, &who), Some(Control::Stale));
        assert_eq!(control(&EventBody::UserChanged { user: UserId(1) }, &EventFilter::default()), None);
    }

    #[test]
    fn a_login_concerns_friends_only() {
        let online = EventBody::UserOnline {
            user: UserId(2),
            handle: Handle::parse("acid burn").unwrap(),
            call: CallId(1),
        };
        let mut who = EventFilter { user: Some(UserId(1)), level: Some(10), ..EventFilter::default() };
        assert!(!matches(&online, &who));
        who.friends.insert(UserId(2));
        assert!(matches(&online, &who));
    }
}
