//! Whether an event concerns a call, and what it has the call do.

use std::collections::HashSet;

use dialtone_domain::events::{self, Audience, Meaning};
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

/// What an event has a call do that it concerns, if it has to do anything.
pub fn control(meaning: &Meaning<'_>) -> Option<Control> {
    match meaning.control? {
        events::Control::Kick { by, reason } => {
            Some(Control::End(Ended::Kicked { by: by.to_owned(), reason: reason.to_owned() }))
        }
        events::Control::Ban { reason } => Some(Control::End(Ended::Banned(reason.to_owned()))),
        events::Control::ReadAgain => Some(Control::Stale),
        // An instance tells its own calls, over a token that each of them watches.
        events::Control::Drain => None,
    }
}

/// Whether a call is in an event's audience.
pub fn includes(audience: Audience, who: &EventFilter) -> bool {
    let me = |user| who.user == Some(user);
    match audience {
        Audience::Nobody | Audience::Instance(_) => false,
        Audience::Everybody => true,
        Audience::Caller(user) => me(user),
        Audience::Call(call) => who.call == Some(call),
        Audience::Readers { level, but } => {
            !me(but) && (who.sysop || who.level.is_some_and(|reached| reached >= level))
        }
        Audience::FriendsOf(user) => !me(user) && who.friends.contains(&user),
        Audience::QuoteWatchers => who.quotes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_domain::{BoardId, EventBody, Handle, MessageId, ThreadId};

    fn matches(event: &EventBody, who: &EventFilter) -> bool {
        includes(event.meaning().audience, who)
    }

    fn control(event: &EventBody, who: &EventFilter) -> Option<Control> {
        matches(event, who).then(|| super::control(&event.meaning())).flatten()
    }

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
            since: chrono::DateTime::UNIX_EPOCH,
        };
        let mut who = EventFilter { user: Some(UserId(1)), level: Some(10), ..EventFilter::default() };
        assert!(!matches(&online, &who));
        who.friends.insert(UserId(2));
        assert!(matches(&online, &who));
    }
}
