//! Whatever comes in: the same at every split, never a panic, nothing that grows.

use proptest::collection::vec;
use proptest::prelude::*;

use super::hear;
use crate::Telnet;
use crate::option::{NEGOTIABLE, TelnetOption};

/// Bytes in which the codes of telnet are as frequent as all others together.
fn byte() -> impl Strategy<Value = u8> {
    let codes = [0, 1, 2, 3, b'\r', b'\n', 24, 31, 39, 240, 246, 250, 251, 252, 253, 254, 255, 255, 255, 255];
    prop_oneof![any::<u8>(), proptest::sample::select(codes.to_vec())]
}

/// What a client might well say, if in a strange order.
fn phrase() -> impl Strategy<Value = Vec<u8>> {
    let option =
        prop_oneof![proptest::sample::select(NEGOTIABLE.map(|option| option.0).to_vec()), any::<u8>(),];
    let option2 = proptest::sample::select(vec![24u8, 31, 39]);
    let body = prop_oneof![vec(0..6u8, 0..20), vec(byte(), 0..20), vec(b'a'..b'd', 500..530)];
    prop_oneof![
        vec(byte(), 0..20),
        (251..=254u8, option).prop_map(|(verb, option)| vec![255, verb, option]),
        (option2, 0..3u8, body).prop_map(|(option, kind, body)| {
            [&[255, 250, option, kind][..], &body, &[255, 240]].concat()
        }),
    ]
}

fn wire() -> impl Strategy<Value = Vec<u8>> {
    vec(phrase(), 0..30).prop_map(|phrases| phrases.concat())
}

/// Cuts the bytes into parts of these lengths, over and over.
fn cut<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (part, rest) = bytes.split_at((*length).min(bytes.len()));
        parts.push(part);
        bytes = rest;
    }
    parts
}

fn opened(open: bool) -> Telnet {
    let mut telnet = Telnet::new();
    if open {
        telnet.open(&mut Vec::new());
    }
    telnet
}

/// Two ends, the first of which sends to the second, BINARY or not.
fn pair(binary: bool) -> (Telnet, Telnet) {
    let (mut sender, mut receiver) = (opened(true), opened(true));
    if binary {
        hear(&mut sender, &[b"\xff\xfd\x00"]);
        hear(&mut receiver, &[b"\xff\xfb\x00"]);
    }
    assert_eq!(sender.us(TelnetOption::BINARY), binary);
    assert_eq!(receiver.him(TelnetOption::BINARY), binary);
    (sender, receiver)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_split_changes_nothing(wire in wire(), lengths in vec(1..9usize, 1..9), open: bool) {
        let (mut whole, mut split) = (opened(open), opened(open));
        prop_assert_eq!(hear(&mut whole, &[&wire]), hear(&mut split, &cut(&wire, &lengths)));
        prop_assert_eq!(whole.settled(), split.settled());
        prop_assert_eq!(whole.is_telnet(), split.is_telnet());
    }

    #[test]
    fn state_and_replies_are_bounded(wire in wire(), lengths in vec(1..99usize, 1..9), open: bool) {
        let mut telnet = opened(open);
        let mut replied = 0;
        for part in cut(&wire, &lengths) {
            replied += hear(&mut telnet, &[part]).1.len();
            prop_assert!(telnet.heap() <= 1024);
        }
        prop_assert!(replied <= 3 * wire.len());
    }

    #[test]
    fn what_is_encoded_is_decoded(
        data in vec(byte(), 0..200),
        sent in vec(1..9usize, 1..9),
        received in vec(1..9usize, 1..9),
        binary: bool,
    ) {
        let (mut sender, mut receiver) = pair(binary);
        let mut wire = Vec::new();
        for part in cut(&data, &sent) {
            sender.encode(part, &mut wire);
        }
        let mut whole = Vec::new();
        pair(binary).0.encode(&data, &mut whole);
        prop_assert_eq!(&whole, &wire);

        let mut back = Vec::new();
        for part in cut(&wire, &received) {
            receiver.receive(part, &mut Vec::new(), |received| match received {
                crate::Received::Data(run) => back.extend_from_slice(run),
                other => panic!("{other:?} was never sent"),
            });
        }
        prop_assert_eq!(back, data);
    }
}

#[test]
fn every_single_split_of_a_long_conversation_is_the_same() {
    let wire = b"a\r\0b\xff\xffc\xff\xfb\x18\xff\xfb\x1f\xff\xfb\x27\xff\xfa\x18\0an\xff\xffsi\xff\xf0\xff\xfa\x1f\0\xff\xff\0\x18\xff\xf0\
        \xff\xfa\x27\0\0USER\x01ada\x03L\x02\x02\x01C\xff\xf0\xff\xf6\xff\xfd\x06\xff\xfb\x63\r\n";
    let expected = hear(&mut opened(true), &[wire]);
    assert_eq!(expected.0.len(), 7);
    for at in 0..=wire.len() {
        let (first, second) = wire.split_at(at);
        assert_eq!(hear(&mut opened(true), &[first, second]), expected, "split at {at}");
    }
    let bytes: Vec<&[u8]> = wire.chunks(1).collect();
    assert_eq!(hear(&mut opened(true), &bytes), expected);
}

#[test]
fn an_idle_connection_is_small() {
    assert!(size_of::<Telnet>() <= 200, "{} bytes", size_of::<Telnet>());
}
