use dialtone_domain::events::QuoteTick;
use dialtone_domain::{CallId, EventBody, Handle, InstanceId, UserId};

use super::*;
use crate::console::sample;

fn model() -> Model {
    let mut model = Model::new("Dialtone", "Sysop");
    model.update(sample::instances(), sample::calls(), &[]);
    model
}

fn joined(number: usize) -> Event {
    let handle = Handle::parse(&format!("Caller {number}")).unwrap();
    sample::event(EventBody::UserRegistered { user: UserId(number as i64), handle })
}

fn tick() -> Event {
    let quotes = vec![QuoteTick { symbol: "TRUNK".into(), cents: 100 }];
    sample::event(EventBody::QuotesUpdated { quotes })
}

fn types(model: &mut Model, text: &str) {
    for c in text.chars() {
        assert_eq!(model.press(Press::Char(c)), None);
    }
}

fn shown(model: &Model) -> Vec<&str> {
    model.tail().map(|entry| entry.words.as_str()).collect()
}

#[test]
fn arrows_and_letters_choose_a_caller_and_stay_in_the_list() {
    let mut model = model();
    assert_eq!(model.chosen_index(), Some(0));
    for (press, place) in [
        (Press::Up, 0),
        (Press::Down, 1),
        (Press::Char('j'), 2),
        (Press::Char('j'), 2),
        (Press::Char('k'), 1),
        (Press::End, 2),
        (Press::Home, 0),
        (Press::PageDown, 2),
    ] {
        assert_eq!(model.press(press), None);
        assert_eq!(model.chosen_index(), Some(place), "{press:?}");
    }
}

#[test]
fn the_choice_follows_the_call_and_not_the_row() {
    let mut model = model();
    model.press(Press::Down);
    let mut calls = sample::calls();
    calls.remove(0);
    model.update(sample::instances(), calls.clone(), &[]);
    assert_eq!(model.chosen_index(), Some(0), "Bob has moved up a row");
    calls.remove(0);
    model.update(sample::instances(), calls, &[]);
    assert_eq!(model.chosen_index(), Some(0), "Bob is gone: the next one");
    model.update(sample::instances(), Vec::new(), &[]);
    assert_eq!(model.chosen_index(), None);
    assert_eq!(model.press(Press::Char('K')), None);
    assert_eq!(model.word(), Some(&Word::Refused("Nobody is on.".into())));
}

#[test]
fn a_kick_asks_for_a_reason_and_goes_to_the_call_chosen_then() {
    let mut model = model();
    model.press(Press::Down);
    model.press(Press::Char('K'));
    types(&mut model, "good nigjt");
    model.press(Press::Backspace);
    model.press(Press::Backspace);
    types(&mut model, "ht, q?");
    // Meanwhile the list has changed under the line.
    model.update(sample::instances(), sample::calls().split_off(2), &[]);
    let intent = model.press(Press::Enter);
    let act = Act::Kick { call: CallId(12), reason: "good night, q?".into() };
    assert_eq!(intent, Some(Intent::Do(act)));
    assert!(model.prompt().is_none());
}

#[test]
fn escape_sends_nothing_and_neither_does_an_empty_line() {
    let mut model = model();
    model.press(Press::Char('b'));
    types(&mut model, "never sent");
    assert_eq!(model.press(Press::Escape), None);
    assert!(model.prompt().is_none());
    for key in ['b', 'P'] {
        model.press(Press::Char(key));
        types(&mut model, "  ");
        assert_eq!(model.press(Press::Enter), None, "{key}");
        assert_eq!(model.word(), Some(&Word::Done("Nothing typed, nothing sent.".into())));
    }
}

#[test]
fn a_broadcast_and_a_page_carry_what_was_typed() {
    let mut model = model();
    model.press(Press::Char('B'));
    types(&mut model, "Down at 10");
    let told = Act::Broadcast { text: "Down at 10".into() };
    assert_eq!(model.press(Press::Enter), Some(Intent::Do(told)));
    model.press(Press::Char('p'));
    types(&mut model, &"x".repeat(PAGE_CHARS + 9));
    let paged = Act::Page { to: UserId(2), text: "x".repeat(PAGE_CHARS) };
    assert_eq!(model.press(Press::Enter), Some(Intent::Do(paged)));
}

#[test]
fn who_has_no_account_cannot_be_paged() {
    let mut model = model();
    model.press(Press::End);
    model.press(Press::Char('P'));
    assert!(model.prompt().is_none());
    assert!(matches!(model.word(), Some(Word::Refused(_))));
    let mut calls = sample::calls();
    calls[2].user = Some(UserId::GUEST);
    calls[2].handle = Some(Handle::guest());
    model.update(sample::instances(), calls, &[]);
    model.press(Press::Char('P'));
    assert_eq!(model.word(), Some(&Word::Refused("A guest has no pager.".into())));
}

#[test]
fn the_log_keeps_the_last_two_hundred() {
    let mut model = model();
    let events: Vec<Event> = (0..TAIL + 50).map(joined).collect();
    model.update(sample::instances(), sample::calls(), &events);
    model.fit(TAIL * 2);
    assert_eq!(model.tail().count(), TAIL);
    assert_eq!(shown(&model)[0], "Caller 50 joined the board");
}

#[test]
fn looking_back_holds_still_while_events_come() {
    let mut model = model();
    model.fit(3);
    let events: Vec<Event> = (0..10).map(joined).collect();
    model.update(sample::instances(), sample::calls(), &events);
    model.press(Press::Tab);
    assert_eq!(model.pane(), Pane::Log);
    model.press(Press::Up);
    let before: Vec<String> = shown(&model).into_iter().map(str::to_owned).collect();
    assert_eq!(before, [6, 7, 8].map(|n| format!("Caller {n} joined the board")));
    model.update(sample::instances(), sample::calls(), &[joined(10), joined(11)]);
    assert_eq!(shown(&model), before);
    model.press(Press::Home);
    assert_eq!(shown(&model)[0], "Caller 0 joined the board");
    model.press(Press::Down);
    assert_eq!(shown(&model)[0], "Caller 1 joined the board", "no further back than a full pane");
    model.press(Press::End);
    assert_eq!(model.looked_back(), 0);
}

#[test]
fn prices_in_a_row_are_one_line() {
    let mut model = model();
    model.fit(9);
    model.update(sample::instances(), sample::calls(), &[tick(), tick(), joined(1), tick(), tick(), tick()]);
    let times: Vec<u32> = model.tail().map(|entry| entry.times).collect();
    assert_eq!(times, [2, 1, 3]);
}

#[test]
fn who_was_kicked_is_named_though_they_are_gone() {
    let mut model = model();
    model.fit(9);
    let kicked = EventBody::CallKicked { call: CallId(11), by: "Sysop".into(), reason: "bye".into() };
    model.update(sample::instances(), Vec::new(), &[sample::event(kicked)]);
    assert_eq!(shown(&model), ["Sysop ended call 11 (Ada): bye"]);
}

#[test]
fn silence_is_told_from_its_beginning_to_its_end() {
    let mut model = model();
    let began = sample::now();
    model.silence(began);
    model.silence(began + chrono::TimeDelta::seconds(5));
    assert_eq!(model.silent_since(), Some(began));
    assert_eq!(
        model.instances().0.first().map(|instance| instance.id),
        Some(InstanceId(1)),
        "what was known stays on screen"
    );
    model.update(sample::instances(), sample::calls(), &[]);
    assert_eq!(model.silent_since(), None);
    assert_eq!(model.word(), Some(&Word::Done("The database answers again.".into())));

    model.silence(began);
    let refused = Word::Refused("Not told.".into());
    model.tell(refused.clone());
    model.update(sample::instances(), sample::calls(), &[]);
    assert_eq!(model.word(), Some(&refused), "it was hidden until now");
}

#[test]
fn panes_go_round_both_ways_and_q_leaves() {
    let mut model = model();
    let mut seen = Vec::new();
    for press in [Press::Tab, Press::Tab, Press::Tab, Press::BackTab] {
        model.press(press);
        seen.push(model.pane());
    }
    assert_eq!(seen, [Pane::Log, Pane::Instances, Pane::Callers, Pane::Instances]);
    model.press(Press::Char('?'));
    assert!(model.help());
    assert_eq!(model.press(Press::Char('Q')), Some(Intent::Quit));
    model.press(Press::Char('b'));
    assert_eq!(model.press(Press::Char('q')), None, "a letter of the line");
    assert_eq!(model.press(Press::Interrupt), Some(Intent::Quit));
}
