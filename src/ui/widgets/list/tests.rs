use super::*;
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
    assert!(callers.refresh(), "who's online is one statement, wherever the bar is");
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
