use super::*;
use crate::ui::script::Script;
use crate::ui::styles;
use proptest::prelude::*;

fn list(rows: usize) -> List<'static> {
    List {
        columns: vec![Column::new("name", 0, styles::NAME)],
        rows: (0..rows).map(|n| vec![(format!("Row {n}"), None)]).collect(),
        keys: vec![("P", "post")],
        ..List::default()
    }
}

fn typed(list: &mut List<'_>, text: &str) -> Vec<Option<ListOutcome>> {
    let key = |c| if c == '\n' { Key::Enter } else { Key::Char(c) };
    text.chars()
        .map(|c| if list.bar.search.is_some() { list.search(key(c)) } else { list.press(key(c), 10) })
        .collect()
}

#[test]
fn letters_are_keys_until_a_search_begins() {
    let mut list = list(30);
    assert_eq!(typed(&mut list, "p"), [Some(ListOutcome::Key('P'))]);
    assert!(typed(&mut list, "'row 2").iter().all(Option::is_none));
    assert_eq!(list.bar.chosen, 2);
    list.search(Key::Down);
    assert_eq!(list.bar.chosen, 20);
    list.search(Key::Up);
    assert_eq!(list.bar.chosen, 2);
    typed(&mut list, "7");
    assert_eq!(list.bar.chosen, 27);
    assert_eq!(list.search(Key::Escape), None);
    assert!(list.bar.search.is_none() && list.bar.chosen == 27);
}

#[test]
fn digits_go_to_a_row() {
    let mut list = list(30);
    assert_eq!(typed(&mut list, "12\n").pop(), Some(Some(ListOutcome::Row(11))));
    assert!(typed(&mut list, "999").iter().all(Option::is_none));
    assert_eq!(list.bar.chosen, 29);
}

#[test]
fn a_click_chooses_the_row_it_hits() {
    let mut list = list(30);
    list.bar.chosen = 12;
    let click = |row| Key::Click { column: 5, row };
    assert_eq!(list.press(click(1), 10), Some(ListOutcome::Row(10)), "the first row of the second page");
    assert_eq!(list.press(click(0), 10), None, "the headings");
    assert_eq!(list.press(click(11), 10), None, "below the list");
    list.bar.chosen = 29;
    list.rows.truncate(25);
    list.bar.chosen = 24;
    assert_eq!(list.press(click(6), 10), None, "no row is there");
}

#[test]
fn what_lies_below_is_fetched_when_it_is_looked_for() {
    let mut list = list(30);
    list.more = true;
    list.bar.chosen = 29;
    assert_eq!(list.press(Key::Down, 10), Some(ListOutcome::More));
    assert_eq!(list.bar.chosen, 30, "the bar waits where the next row will be");
    list.bar = Bar::default();
    assert_eq!(typed(&mut list, "'zz").pop(), Some(Some(ListOutcome::More)));
    let mut fetched = 1;
    while list.seek(0, false) {
        fetched += 1;
    }
    assert_eq!(fetched, FETCHED, "a search for what is nowhere ends");
}

#[test]
fn news_far_down_a_board_waits_for_the_next_key() {
    let mut list = List { live: Live::Board(BoardId(1)), ..list(1000) };
    list.bar.chosen = 199;
    list.heard_news();
    assert!(list.bar.news.is_some() && list.refresh(), "near the top it is fetched at once");
    list.bar.chosen = 200;
    list.heard_news();
    assert!(!list.refresh() && list.bar.stale, "far down it is remembered");
    list.heard_news();
    assert_eq!(list.bar.news, None, "and no clock runs for more of it");
    let mut callers = List { live: Live::Callers, ..list };
    callers.bar.stale = false;
    assert!(!callers.refresh() && callers.bar.stale, "who's online comes page by page as well");
    let mut pages = List { live: Live::Pages, ..callers };
    pages.bar.stale = false;
    assert!(pages.refresh(), "a list that is fetched whole is, wherever the bar is");
}

#[test]
fn a_list_in_words_is_said_by_the_page_and_asks_once() {
    let mut list = List { note: "a note".into(), ..list(45) };
    list.columns.push(Column::new("", 5, styles::NAME).picture());
    list.columns.push(Column::new("new", 5, styles::NAME));
    for row in &mut list.rows {
        row.extend([("▁▂".into(), None), (" 2 ".into(), None)]);
    }
    let mut script = Script::typing("+\n+\n+\np 41\n");
    assert_eq!(Script::wait(pick(&mut script, &mut list)), Ok(ListOutcome::Key('P')));
    assert_eq!(list.bar.chosen, 40);
    let lines = |n: usize| script.said[n].lines().collect::<Vec<_>>();
    assert_eq!(lines(0)[..3], ["", ", ", "1. name: Row 0, new: 2"]);
    assert_eq!(lines(0)[21..], ["20. name: Row 19, new: 2", "a note"]);
    assert_eq!(script.said[1], "A number, P post, + more, or Enter to go back: +");
    assert_eq!(lines(2)[2], "21. name: Row 20, new: 2");
    assert_eq!(
        lines(4)[2..],
        [
            "41. name: Row 40, new: 2",
            "42. name: Row 41, new: 2",
            "43. name: Row 42, new: 2",
            "44. name: Row 43, new: 2",
            "45. name: Row 44, new: 2",
            "a note"
        ]
    );
    assert_eq!(script.said[5], "A number, P post, or Enter to go back: +");
    assert_eq!(script.said[6], "That is not one of the choices. ? says them.");
}

#[test]
fn a_list_in_words_takes_numbers_that_there_are() {
    let picked = |answers: &str, more| {
        let mut list = List { more, ..list(3) };
        let mut script = Script::typing(answers);
        let picked = Script::wait(pick(&mut script, &mut list));
        (picked, list.bar.chosen, script.said)
    };
    let (row, chosen, said) = picked("4\n0\n2\n", false);
    assert_eq!((row, chosen), (Ok(ListOutcome::Row(1)), 1));
    assert_eq!(
        (said[2].as_str(), said[4].as_str()),
        ("There is no number 4 here.", "There is no number 0 here.")
    );
    let (more, chosen, _) = picked("+\n", true);
    assert_eq!((more, chosen), (Ok(ListOutcome::More), 3), "the bar waits where the next row will be");
    for (answer, outcome) in [
        ("/\n", ListOutcome::Pages),
        ("\n", ListOutcome::Back),
        ("q\n", ListOutcome::Back),
        ("\u{1b}", ListOutcome::Back),
    ] {
        assert_eq!(picked(answer, false).0, Ok(outcome), "{answer:?}");
    }
    assert!(picked("?\n\n", false).2[2].contains("P: post"));
    let mut empty = List { empty: "nothing yet".into(), ..List::default() };
    let mut script = Script::typing("\n");
    assert_eq!(Script::wait(pick(&mut script, &mut empty)), Ok(ListOutcome::Back));
    assert_eq!(script.said, ["\n, \nnothing yet\n", "Enter goes back: "]);
}

#[test]
fn long_words_wait_for_callers_who_want_pauses() {
    let said = |answers: &str| {
        let mut script = Script::typing(answers);
        script.pauses = true;
        script.screen.terminal.rows = 24;
        Script::wait(pick(&mut script, &mut list(60))).ok();
        script.said
    };
    let more = "More: Enter goes on, A all of it, S stops: ";
    let all = said("\n\n");
    assert_eq!((all[0].lines().count(), all[1].as_str()), (22, more));
    assert!(said("s\n\n")[2].starts_with("A number, "), "{all:?}");
}

proptest! {
    #[test]
    fn no_keys_take_the_bar_off_the_list(rows in 0..40usize, keys in prop::collection::vec(0..14u8, 0..80)) {
        let mut list = list(rows);
        for key in keys {
            let key = match key {
                0 => Key::Up, 1 => Key::Down, 2 => Key::PageUp, 3 => Key::PageDown, 4 => Key::Home, 5 => Key::End,
                6 => Key::Char('\''), 7 => Key::Char('3'), 8 => Key::Enter, 9 => Key::Escape, 10 => Key::Backspace,
                11 => Key::Char('R'), 12 => Key::Tab, _ => Key::Char(' '),
            };
            if list.bar.search.is_some() { list.search(key); } else { list.press(key, 7); }
            prop_assert!(list.bar.chosen <= list.last());
        }
    }
}
