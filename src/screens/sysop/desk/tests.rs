use super::*;
use crate::lang::{Languages, english};
use crate::ui::{Screen, Themes};
use chrono::{DateTime, TimeDelta, Utc};
use dialtone_domain::instances::Instance;
use dialtone_domain::{Handle, InstanceId, UserId};
use dialtone_terminal::{Hint as Known, Probe};

fn instance(id: i64, silent: i64) -> Instance {
    let now = Utc::now();
    Instance {
        id: InstanceId(id),
        name: format!("north{id}"),
        host: "north.example:2323".into(),
        since: now - TimeDelta::hours(3),
        last_seen: now - TimeDelta::seconds(silent),
        calls: 2,
    }
}

fn call(id: i64, handle: Option<&str>) -> OnlineCall {
    OnlineCall {
        call: CallId(id),
        instance: InstanceId(1),
        instance_name: "north1".into(),
        several: false,
        node: id - 10,
        user: handle.map(|_| UserId(id)),
        handle: handle.map(|handle| Handle::parse(handle).unwrap()),
        transport: "telnet".into(),
        peer: format!("192.0.2.{id}"),
        place: "main menu".into(),
        since: Utc::now() - TimeDelta::minutes(5),
        number: None,
    }
}

fn entry(n: i64) -> Entry {
    let at = DateTime::from_timestamp(1_800_000_000 + n, 0).unwrap();
    Entry { seq: EventSeq(n), at, words: format!("Caller {n} joined the board"), tone: Tone::Plain }
}

fn seen(calls: Vec<OnlineCall>, log: impl IntoIterator<Item = i64>) -> Seen {
    let log = log.into_iter().map(entry).collect();
    Seen { instances: vec![instance(1, 0)], calls, log, answered: true, silent_since: None }
}

fn two() -> Vec<OnlineCall> {
    vec![call(11, Some("Ada")), call(12, Some("Bob")), call(13, None)]
}

fn desk(seen: Seen, place: Place) -> Desk {
    let mut desk = Desk::new(Arc::new(seen), None, place, vec![("K", "kick"), ("A", "audit")], english());
    desk.fit(80, 14);
    desk
}

fn press(desk: &mut Desk, keys: &[Key]) -> Option<DeskOutcome> {
    keys.iter().find_map(|key| desk.take(CallEvent::Key(*key)))
}

/// The rows of a terminal of this size with the desk on it.
fn drawn(desk: &mut Desk, columns: u16, rows: u16) -> Vec<String> {
    let size = Some((columns, rows));
    let mut found = Probe::new(Known { terminal_type: Some("xterm"), size, ..Known::default() }).conclude();
    (found.columns, found.rows, found.plain) = (columns, rows, false);
    let (themes, (languages, _)) = (Themes::load("classic", None).unwrap(), Languages::load("en", None));
    let mut screen = Screen::new(found, true, "Dialtone", Arc::new(themes), Arc::new(languages), None);
    screen.show(desk, true);
    desk.fit(columns, screen.body().rows);
    let bytes = screen.show(desk, true);
    let mut parser =
        vt100::Parser::new(rows.max(10).try_into().unwrap(), columns.max(20).try_into().unwrap(), 0);
    parser.process(&bytes);
    parser.screen().rows(0, columns).collect()
}

/// The log as it stands on the desk.
fn logged(desk: &Desk) -> Vec<String> {
    desk.log_lines(80, desk.log_rows).into_iter().map(|(_, words, _)| words).collect()
}

#[test]
fn everything_is_on_a_screen_of_eighty_by_twenty_four() {
    let rows = drawn(&mut desk(seen(two(), 1..=3), Place::default()), 80, 24);
    let has = |text: &str| rows.iter().any(|row| row.contains(text));
    for text in [
        "instance north1: 2 calls, started 3 h ago",
        "Ada",
        "nobody yet",
        "192.0.2.12",
        "main menu",
        "5 min",
        "Caller 3 joined the board",
        "K kick",
        "Esc back",
    ] {
        assert!(has(text), "{text}: {rows:#?}");
    }
}

#[test]
fn any_size_is_drawn() {
    for (columns, rows) in [(0, 0), (1, 1), (20, 10), (39, 12), (40, 12), (132, 50), (255, 255)] {
        for calls in [Vec::new(), two()] {
            let mut board = seen(calls, 1..=200);
            board.instances = (1..=9).map(|id| instance(id, id * 3)).collect();
            let mut desk = desk(board, Place::default());
            desk.said = Some(Said::Refused("There is no call 12; it may have ended.".into()));
            if columns < 40 {
                drawn(&mut desk, columns, rows);
                continue;
            }
            let rows = drawn(&mut desk, columns, rows);
            for text in ["Caller 200 joined the board", "There is no call 12; it may have"] {
                assert!(rows.iter().any(|row| row.contains(text)), "{columns}: {text}: {rows:#?}");
            }
        }
    }
}

#[test]
fn a_long_line_of_the_log_is_broken_between_words() {
    let mut board = seen(two(), []);
    let words = "Ada told everybody: the machine goes down at eight for an hour or so, call again then";
    board.log = vec![Entry { words: words.into(), ..entry(1) }];
    let desk = desk(board, Place::default());
    let lines: Vec<String> = desk.log_lines(40, 5).into_iter().map(|(_, words, _)| words).collect();
    assert!(lines.len() > 1 && lines.join(" ") == words, "{lines:?}");
}

#[test]
fn the_bar_follows_the_call_and_not_the_row() {
    let mut before = desk(seen(two(), []), Place::default());
    press(&mut before, &[Key::Down]);
    assert_eq!(before.chosen().unwrap().call, CallId(12));
    let after = desk(seen(vec![call(12, Some("Bob")), call(13, None)], []), before.place());
    assert_eq!(after.chosen().unwrap().call, CallId(12), "Bob has moved up a row");
    let gone = desk(seen(vec![call(13, None)], []), after.place());
    assert_eq!(gone.chosen().unwrap().call, CallId(13), "Bob is gone: the next one");
    let empty = desk(seen(Vec::new(), []), gone.place());
    assert!(empty.chosen().is_none());
}

#[test]
fn keys_of_the_desk_count_among_the_callers_and_in_the_log() {
    let mut desk = desk(seen(two(), 1..=3), Place::default());
    assert_eq!(press(&mut desk, &[Key::Char('k')]), Some(DeskOutcome::Key('K')));
    assert_eq!(press(&mut desk, &[Key::Enter]), Some(DeskOutcome::Look));
    assert_eq!(press(&mut desk, &[Key::Tab, Key::Char('A')]), Some(DeskOutcome::Key('A')));
    assert_eq!(press(&mut desk, &[Key::Escape]), None, "out of the log first");
    assert_eq!(press(&mut desk, &[Key::Escape]), Some(DeskOutcome::Back));
    // What is typed in a search is no key.
    assert_eq!(press(&mut desk, &[Key::Char('\''), Key::Char('k'), Key::Escape]), None);
    assert_eq!(desk.take(CallEvent::Fresh), Some(DeskOutcome::Fresh));
}

#[test]
fn looking_back_holds_still_while_events_come() {
    let mut before = desk(seen(two(), 1..=50), Place::default());
    let newest = logged(&before);
    assert_eq!(newest.last().unwrap(), "Caller 50 joined the board");
    press(&mut before, &[Key::Tab, Key::Up, Key::Up]);
    let held = logged(&before);
    assert_eq!(held.last().unwrap(), "Caller 48 joined the board");
    let mut after = desk(seen(two(), 5..=90), before.place());
    assert_eq!(logged(&after), held);
    press(&mut after, &[Key::Home]);
    assert_eq!(logged(&after).first().unwrap(), "Caller 5 joined the board", "no further than fills the log");
    press(&mut after, &[Key::End]);
    assert_eq!(logged(&after).last().unwrap(), "Caller 90 joined the board");
    // What one looks at may be gone at last.
    press(&mut after, &[Key::Home]);
    assert_eq!(logged(&desk(seen(two(), 200..=300), after.place())).len(), 1);
}

#[test]
fn a_database_that_is_away_is_told_over_what_was_known() {
    let mut board = seen(two(), 1..=3);
    board.silent_since = Some(Utc::now());
    let rows = drawn(&mut desk(board, Place::default()), 80, 24);
    assert!(rows.iter().any(|row| row.contains("The database has not answered since")), "{rows:#?}");
    assert!(rows.iter().any(|row| row.contains("Ada")), "{rows:#?}");
}

#[test]
fn in_plain_text_the_log_comes_first_and_a_number_behind_a_key_says_whom() {
    let mut desk = desk(seen(two(), 1..=30), Place::default());
    let mut script = crate::ui::script::Script::typing("k 2\n");
    let outcome = crate::ui::script::Script::wait(desk.in_plain_text(&mut script));
    assert_eq!(outcome, Ok(DeskOutcome::Key('K')));
    assert_eq!(desk.chosen().unwrap().call, CallId(12));
    let said = script.said.join("\n");
    assert!(said.contains("Caller 30 joined the board") && !said.contains("Caller 20 joined"), "{said}");
    assert!(said.contains("1. node: 1, who: Ada, where: main menu"), "{said}");
}
