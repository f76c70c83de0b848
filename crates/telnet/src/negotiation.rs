//! Option negotiation by the Q method of RFC 1143, the same for either end of a connection.

use crate::codec::{Verb, put_verb};
use crate::option::{NEGOTIABLE, TelnetOption};

/// Whose performing of an option is meant, in RFC 1143's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// We perform it: our WILL and WONT, the peer's DO and DONT.
    Us,
    /// The peer performs it: its WILL and WONT, our DO and DONT.
    Him,
}

/// The states of RFC 1143, section 7; the queue bit is part of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    No,
    Yes,
    WantNo,
    /// Disabling, and to be enabled again as soon as that is answered.
    WantNoThenYes,
    WantYes,
    /// Enabling, and to be disabled again as soon as that is answered.
    WantYesThenNo,
}

/// What happens to one side of one option.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The peer said WILL or DO.
    PeerYes,
    /// The peer said WONT or DONT.
    PeerNo,
    /// We would like it on.
    Enable,
    /// We would like it off.
    Disable,
}

/// One side of one option.
#[derive(Clone, Copy, Debug, Default)]
struct Agreement {
    state: State,
    willing: bool,
}

impl Agreement {
    /// Goes to the next state; `Some(true)` is to be said as WILL or DO, `Some(false)` as WONT or DONT.
    fn step(&mut self, event: Event) -> Option<bool> {
        use Event::{Disable, Enable, PeerNo, PeerYes};
        use State::{No, WantNo, WantNoThenYes, WantYes, WantYesThenNo, Yes};
        let (next, say) = match (self.state, event) {
            (No, PeerYes) if self.willing => (Yes, Some(true)),
            (No, PeerYes) => (No, Some(false)),
            (No, Enable) => (WantYes, Some(true)),
            (Yes, PeerNo) => (No, Some(false)),
            (Yes, Disable) => (WantNo, Some(false)),
            // A refusal answered by consent is the peer's mistake; RFC 1143 takes it so.
            (WantNo, PeerYes | PeerNo) => (No, None),
            (WantNo, Enable) => (WantNoThenYes, None),
            (WantNoThenYes, PeerYes) => (Yes, None),
            (WantNoThenYes, PeerNo) => (WantYes, Some(true)),
            (WantNoThenYes, Disable) => (WantNo, None),
            (WantYes, PeerYes) => (Yes, None),
            (WantYes | WantYesThenNo, PeerNo) => (No, None),
            (WantYes, Disable) => (WantYesThenNo, None),
            (WantYesThenNo, PeerYes) => (WantNo, Some(false)),
            (WantYesThenNo, Enable) => (WantYes, None),
            (state @ (No | WantNo | WantYesThenNo), Disable) => (state, None),
            (state @ (Yes | WantYes | WantNoThenYes), Enable) => (state, None),
            (No, PeerNo) => (No, None),
            (Yes, PeerYes) => (Yes, None),
        };
        self.state = next;
        say
    }
}

/// The options whose refusal was said, one bit each.
#[derive(Debug, Default)]
struct Refused([u64; 4]);

impl Refused {
    /// Marks the option; true the first time.
    fn insert(&mut self, option: TelnetOption) -> bool {
        let bit = 1 << (option.0 % 64);
        // A byte has four quarters of 64, so the word is always there.
        let Some(word) = self.0.get_mut(usize::from(option.0 / 64)) else { return false };
        let first = *word & bit == 0;
        *word |= bit;
        first
    }
}

/// What both sides of a connection perform. Of fixed size, and without a heap.
#[derive(Debug)]
pub struct Negotiation {
    us: [Agreement; NEGOTIABLE.len()],
    him: [Agreement; NEGOTIABLE.len()],
    refused_us: Refused,
    refused_him: Refused,
}

impl Negotiation {
    /// Nothing agreed yet. `us` and `him` are what we consent to when the peer asks for it.
    pub fn new(us: &[TelnetOption], him: &[TelnetOption]) -> Self {
        let agreements = |willing: &[TelnetOption]| {
            NEGOTIABLE.map(|option| Agreement { state: State::No, willing: willing.contains(&option) })
        };
        Self {
            us: agreements(us),
            him: agreements(him),
            refused_us: Refused::default(),
            refused_him: Refused::default(),
        }
    }

    /// Takes the peer's word on an option, and appends the answer if it needs one.
    ///
    /// An option that this crate does not know is refused once per side, and silently afterwards, so
    /// that not even a peer that insists can keep a loop going. DO TIMING-MARK is always answered by
    /// WILL (RFC 860).
    pub fn receive(&mut self, verb: Verb, option: TelnetOption, out: &mut Vec<u8>) {
        let (side, yes) = match verb {
            Verb::Will => (Side::Him, true),
            Verb::Wont => (Side::Him, false),
            Verb::Do => (Side::Us, true),
            Verb::Dont => (Side::Us, false),
        };
        if verb == Verb::Do && option == TelnetOption::TIMING_MARK {
            say(side, true, option, out);
        } else if let Some(agreement) = self.agreement_mut(side, option) {
            let event = if yes { Event::PeerYes } else { Event::PeerNo };
            if let Some(answer) = agreement.step(event) {
                say(side, answer, option, out);
            }
        } else if yes && self.refused_mut(side).insert(option) {
            say(side, false, option, out);
        }
    }

    /// Asks for an option to be on or off on one side. What is so already, or asked already, is not
    /// asked again, and neither is an option that this crate does not negotiate.
    pub fn request(&mut self, side: Side, option: TelnetOption, on: bool, out: &mut Vec<u8>) {
        let event = if on { Event::Enable } else { Event::Disable };
        if let Some(word) = self.agreement_mut(side, option).and_then(|agreement| agreement.step(event)) {
            say(side, word, option, out);
        }
    }

    /// The option is in force on that side. What we gave up is off as soon as we said so; what the
    /// peer was asked to give up is on until it answers.
    pub fn is_on(&self, side: Side, option: TelnetOption) -> bool {
        let agreements = match side {
            Side::Us => &self.us,
            Side::Him => &self.him,
        };
        let state = NEGOTIABLE.iter().zip(agreements).find(|(known, _)| **known == option);
        match state.map(|(_, agreement)| agreement.state) {
            Some(State::Yes) => true,
            Some(State::WantNo | State::WantNoThenYes) => side == Side::Him,
            _ => false,
        }
    }

    /// Nothing that we asked for is unanswered.
    pub fn settled(&self) -> bool {
        self.us.iter().chain(&self.him).all(|agreement| matches!(agreement.state, State::No | State::Yes))
    }

    fn agreement_mut(&mut self, side: Side, option: TelnetOption) -> Option<&mut Agreement> {
        let agreements = match side {
            Side::Us => &mut self.us,
            Side::Him => &mut self.him,
        };
        let place = NEGOTIABLE.iter().position(|known| *known == option)?;
        agreements.get_mut(place)
    }

    fn refused_mut(&mut self, side: Side) -> &mut Refused {
        match side {
            Side::Us => &mut self.refused_us,
            Side::Him => &mut self.refused_him,
        }
    }
}

fn say(side: Side, yes: bool, option: TelnetOption, out: &mut Vec<u8>) {
    let verb = match (side, yes) {
        (Side::Us, true) => Verb::Will,
        (Side::Us, false) => Verb::Wont,
        (Side::Him, true) => Verb::Do,
        (Side::Him, false) => Verb::Dont,
    };
    put_verb(verb, option, out);
}

#[cfg(test)]
mod tests {
    use super::Event::{Disable, Enable, PeerNo, PeerYes};
    use super::State::{No, WantNo, WantNoThenYes, WantYes, WantYesThenNo, Yes};
    use super::*;

    #[test]
    fn each_state_follows_rfc_1143() {
        let table = [
            (No, PeerYes, Yes, Some(true)),
            (No, PeerNo, No, None),
            (No, Enable, WantYes, Some(true)),
            (No, Disable, No, None),
            (Yes, PeerYes, Yes, None),
            (Yes, PeerNo, No, Some(false)),
            (Yes, Enable, Yes, None),
            (Yes, Disable, WantNo, Some(false)),
            (WantNo, PeerYes, No, None),
            (WantNo, PeerNo, No, None),
            (WantNo, Enable, WantNoThenYes, None),
            (WantNo, Disable, WantNo, None),
            (WantNoThenYes, PeerYes, Yes, None),
            (WantNoThenYes, PeerNo, WantYes, Some(true)),
            (WantNoThenYes, Enable, WantNoThenYes, None),
            (WantNoThenYes, Disable, WantNo, None),
            (WantYes, PeerYes, Yes, None),
            (WantYes, PeerNo, No, None),
            (WantYes, Enable, WantYes, None),
            (WantYes, Disable, WantYesThenNo, None),
            (WantYesThenNo, PeerYes, WantNo, Some(false)),
            (WantYesThenNo, PeerNo, No, None),
            (WantYesThenNo, Enable, WantYes, None),
            (WantYesThenNo, Disable, WantYesThenNo, None),
        ];
        for (state, event, next, say) in table {
            let mut agreement = Agreement { state, willing: true };
            assert_eq!(agreement.step(event), say, "{state:?} {event:?}");
            assert_eq!(agreement.state, next, "{state:?} {event:?}");
        }
    }

    #[test]
    fn the_unwilling_refuse_and_stay_off() {
        let mut agreement = Agreement::default();
        assert_eq!(agreement.step(PeerYes), Some(false));
        assert_eq!(agreement.state, No);
    }

    #[test]
    fn unknown_options_are_refused_once_on_each_side() {
        let mut negotiation = Negotiation::new(&[], &[]);
        for option in (0..=255).map(TelnetOption).filter(|option| !NEGOTIABLE.contains(option)) {
            let mut out = Vec::new();
            for _ in 0..3 {
                negotiation.receive(Verb::Will, option, &mut out);
                negotiation.receive(Verb::Wont, option, &mut out);
            }
            assert_eq!(out, [255, 254, option.0]);
        }
        let mut out = Vec::new();
        for _ in 0..3 {
            negotiation.receive(Verb::Do, TelnetOption::STATUS, &mut out);
            negotiation.receive(Verb::Dont, TelnetOption::STATUS, &mut out);
        }
        assert_eq!(out, [255, 252, 5]);
    }

    #[test]
    fn each_timing_mark_is_answered() {
        let mut negotiation = Negotiation::new(&[], &[]);
        let mut out = Vec::new();
        negotiation.receive(Verb::Do, TelnetOption::TIMING_MARK, &mut out);
        negotiation.receive(Verb::Dont, TelnetOption::TIMING_MARK, &mut out);
        negotiation.receive(Verb::Do, TelnetOption::TIMING_MARK, &mut out);
        assert_eq!(out, [255, 251, 6, 255, 251, 6]);
    }

    #[test]
    fn a_change_of_mind_waits_for_the_answer() {
        let (mut negotiation, mut out) = (Negotiation::new(&[], &[]), Vec::new());
        negotiation.request(Side::Him, TelnetOption::BINARY, true, &mut out);
        negotiation.request(Side::Him, TelnetOption::BINARY, false, &mut out);
        assert_eq!(out, [255, 253, 0]);
        assert!(!negotiation.settled());
        negotiation.receive(Verb::Will, TelnetOption::BINARY, &mut out);
        assert_eq!(out, [255, 253, 0, 255, 254, 0]);
        assert!(negotiation.is_on(Side::Him, TelnetOption::BINARY));
        negotiation.receive(Verb::Wont, TelnetOption::BINARY, &mut out);
        assert_eq!(out.len(), 6);
        assert!(negotiation.settled() && !negotiation.is_on(Side::Him, TelnetOption::BINARY));
    }

    #[test]
    fn an_option_out_of_the_table_is_not_asked_for() {
        let (mut negotiation, mut out) = (Negotiation::new(&[], &[]), Vec::new());
        negotiation.request(Side::Us, TelnetOption::STATUS, true, &mut out);
        assert!(out.is_empty() && negotiation.settled());
    }
}
