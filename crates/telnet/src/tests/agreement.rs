//! Two peers of our own: whatever they want and however slow the wire is, they settle and agree.

use proptest::prelude::*;

use super::client::Client;
use crate::option::{NEGOTIABLE, TelnetOption};
use crate::{Received, Side, Telnet};

/// One thing that happens on the line.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Up to so many bytes reach the client.
    ToClient(usize),
    /// Up to so many bytes reach the server.
    ToServer(usize),
    /// The server changes its mind.
    Server(Side, TelnetOption, bool),
    /// The client changes its mind.
    Client(Side, TelnetOption, bool),
}

struct Line {
    server: Telnet,
    client: Client,
    to_client: Vec<u8>,
    to_server: Vec<u8>,
    carried: usize,
}

impl Line {
    fn new(client: Client) -> Self {
        Self { server: Telnet::new(), client, to_client: Vec::new(), to_server: Vec::new(), carried: 0 }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::ToClient(most) => {
                let bytes: Vec<u8> = self.to_client.drain(..most.min(self.to_client.len())).collect();
                self.client.receive(&bytes, &mut self.to_server);
                self.carried += bytes.len();
            }
            Step::ToServer(most) => {
                let bytes: Vec<u8> = self.to_server.drain(..most.min(self.to_server.len())).collect();
                self.server.receive(&bytes, &mut self.to_client, |_| ());
                self.carried += bytes.len();
            }
            Step::Server(side, option, on) => self.server.request(side, option, on, &mut self.to_client),
            Step::Client(side, option, on) => {
                self.client.negotiation.request(side, option, on, &mut self.to_server);
            }
        }
    }

    /// Carries everything to and fro until both are silent; false if they never are.
    fn falls_silent(&mut self) -> bool {
        for _ in 0..50 {
            if self.to_client.is_empty() && self.to_server.is_empty() {
                return true;
            }
            self.step(Step::ToClient(usize::MAX));
            self.step(Step::ToServer(usize::MAX));
        }
        false
    }
}

fn option() -> impl Strategy<Value = TelnetOption> {
    proptest::sample::select(&NEGOTIABLE[..])
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Us), Just(Side::Him)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..20usize).prop_map(Step::ToClient),
        (1..20usize).prop_map(Step::ToServer),
        (side(), option(), any::<bool>()).prop_map(|(side, option, on)| Step::Server(side, option, on)),
        (side(), option(), any::<bool>()).prop_map(|(side, option, on)| Step::Client(side, option, on)),
    ]
}

/// What a client consents to.
fn willing() -> impl Strategy<Value = Vec<TelnetOption>> {
    proptest::sample::subsequence(NEGOTIABLE.to_vec(), 0..=NEGOTIABLE.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn both_ends_fall_silent_and_agree(
        us in willing(),
        him in willing(),
        steps in proptest::collection::vec(step(), 0..80),
    ) {
        let mut line = Line::new(Client::new(&us, &him, &["XTERM", "ANSI"]));
        line.server.open(&mut line.to_client);
        for step in &steps {
            line.step(*step);
        }
        prop_assert!(line.falls_silent());
        prop_assert!(line.server.settled() && line.client.negotiation.settled());
        // The opening and its answers, and for each change of mind at most a handful of words.
        prop_assert!(line.carried <= 200 + 120 * steps.len());
        for option in NEGOTIABLE {
            prop_assert_eq!(line.server.us(option), line.client.negotiation.is_on(Side::Him, option));
            prop_assert_eq!(line.server.him(option), line.client.negotiation.is_on(Side::Us, option));
        }
        prop_assert_eq!(line.server.heap(), 0);
    }
}

#[test]
fn a_willing_client_tells_all_it_was_asked() {
    let (us, him) = (&NEGOTIABLE[..], &NEGOTIABLE[..]);
    let mut line = Line::new(Client::new(us, him, &["XTERM", "ANSI"]));
    line.server.open(&mut line.to_client);
    let mut heard = Vec::new();
    let mut trips = 0;
    while !line.to_client.is_empty() {
        line.step(Step::ToClient(usize::MAX));
        let (server, out) = (&mut line.server, &mut line.to_client);
        server.receive(&std::mem::take(&mut line.to_server), out, |received: Received<'_>| {
            heard.push(format!("{received:?}"));
        });
        trips += 1;
        assert_eq!(line.server.settled(), trips >= 2, "settled with the first answers to our questions");
    }
    assert_eq!(
        heard,
        [
            "WindowSize { columns: 255, rows: 24 }",
            "TerminalType(\"XTERM\")",
            "Environment { name: \"USER\", value: \"ada\" }",
            "Environment { name: \"LANG\", value: \"C\" }",
            "TerminalType(\"ANSI\")",
        ]
    );
}

#[test]
fn a_client_that_performs_nothing_settles_at_once() {
    let mut line = Line::new(Client::new(&[], &[], &["dumb"]));
    line.server.open(&mut line.to_client);
    line.step(Step::ToClient(usize::MAX));
    line.step(Step::ToServer(usize::MAX));
    assert!(line.server.settled() && line.server.is_telnet() && line.to_client.is_empty());
}

#[test]
fn data_crosses_in_both_modes() {
    for binary in [false, true] {
        let him = [TelnetOption::BINARY];
        let mut line = Line::new(Client::new(&[], if binary { &him } else { &[] }, &["ansi"]));
        line.server.open(&mut line.to_client);
        assert!(line.falls_silent());
        assert_eq!(line.server.us(TelnetOption::BINARY), binary);
        let art: Vec<u8> = (0..=255).chain(*b"\r\n\r\r\xff\xff\r").collect();
        line.server.encode(&art, &mut line.to_client);
        assert!(line.falls_silent());
        assert_eq!(line.client.data, art);
    }
}
