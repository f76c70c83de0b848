//! Whether an event concerns a call, and what it has the call do.

use std::collections::HashSet;

use dialtone_domain::access::Facts;
use dialtone_domain::events::{self, Audience, Meaning};
use dialtone_domain::messaging::BoardList;
use dialtone_domain::{BoardId, CallId, UserId};

/// What a call wants to hear of.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// The call's row, once it has one.
    pub call: Option<CallId>,
    /// Who is calling, once they have said; a guest has no id.
    pub user: Option<UserId>,
    /// What the rules of boards are asked about; none before the login, so nothing is for them to read.
    pub facts: Option<Facts>,
    /// The board they are on just now.
    pub board: Option<BoardId>,
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
    /// The caller's own account, their list of friends or the board they are on is not what it was.
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

/// Whether a call is in an event's audience. Who may read a board is decided by `boards`; without them nobody may.
pub fn includes(audience: Audience, who: &EventFilter, boards: Option<&BoardList>) -> bool {
    let me = |user| who.user == Some(user);
    match audience {
        Audience::Nobody | Audience::Instance(_) => false,
        Audience::Everybody => true,
        Audience::Caller(user) => me(user),
        Audience::Call(call) => who.call == Some(call),
        Audience::Readers { board, but } => {
            let may_read = |(boards, facts): (&BoardList, &Facts)| boards.may_read(board, facts);
            !me(but) && boards.zip(who.facts.as_ref()).is_some_and(may_read)
        }
        Audience::Visitors(board) => who.board == Some(board),
        Audience::FriendsOf(user) => !me(user) && who.friends.contains(&user),
        Audience::QuoteWatchers => who.quotes,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use dialtone_domain::access::CallerRule;
    use dialtone_domain::messaging::{Board, BoardRules};
    use dialtone_domain::{EventBody, Handle, MessageId, ThreadId};

    fn matches(event: &EventBody, who: &EventFilter) -> bool {
        let (read, none) = (|text: &str| CallerRule::parse(text, &BTreeSet::new()).unwrap(), String::new);
        let rules = [read("level >= 10"), read("posts < 5 and level >= 50")];
        let boards = (1..).zip(rules).map(|(id, read)| Board {
            id: BoardId(id),
            slug: none(),
            name: none(),
            description: none(),
            rules: BoardRules { read, ..BoardRules::default() },
        });
        includes(event.meaning().audience, who, Some(&boards.collect()))
    }

    fn control(event: &EventBody, who: &EventFilter) -> Option<Control> {
        matches(event, who).then(|| super::control(&event.meaning())).flatten()
    }

    fn post(board: i64, author: UserId) -> EventBody {
        EventBody::MessageCreated {
            board: BoardId(board),
            board_name: "Lobby".into(),
            thread: ThreadId(1),
            message: MessageId(1),
            author,
            author_handle: Handle::parse("acid burn").unwrap(),
            subject: "hi".into(),
        }
    }

    fn caller(level: i64) -> EventFilter {
        let facts = Facts { level, ..Facts::default() };
        EventFilter { user: Some(UserId(1)), facts: Some(facts), ..EventFilter::default() }
    }

    #[test]
    fn a_post_concerns_all_who_may_read_it_but_its_author() {
        let reader = caller(10);
        assert!(matches(&post(1, UserId(2)), &reader));
        assert!(!matches(&post(2, UserId(2)), &reader), "a board they may not read");
        assert!(matches(&post(2, UserId(2)), &caller(50)));
        assert!(!matches(&post(3, UserId(2)), &caller(50)), "a board that nobody knows of yet");
        assert!(!matches(&post(1, UserId(1)), &reader), "their own post");
        assert!(!matches(&post(1, UserId(2)), &EventFilter::default()), "not logged in");
        assert!(!includes(post(1, UserId(2)).meaning().audience, &reader, None), "no rules are known");
        let sysop = Facts { sysop: true, ..Facts::default() };
        let sysop = EventFilter { facts: Some(sysop), ..reader };
        assert!(matches(&post(2, UserId(2)), &sysop));
    }

    #[test]
    fn a_change_of_a_board_concerns_those_who_are_on_it() {
        let changed = EventBody::BoardChanged { board: BoardId(1) };
        let there = EventFilter { board: Some(BoardId(1)), ..EventFilter::default() };
        assert_eq!(control(&changed, &there), Some(Control::Stale));
        let elsewhere = EventFilter { board: Some(BoardId(2)), ..caller(255) };
        assert_eq!(control(&changed, &elsewhere), None);
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
        let mut who = caller(10);
        assert!(!matches(&online, &who));
        who.friends.insert(UserId(2));
        assert!(matches(&online, &who));
    }
}
