use dialtone_domain::EventBody;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::*;
use crate::console::input::Press;
use crate::console::sample;

fn model() -> Model {
    let mut model = Model::new("Dialtone", "Sysop");
    let said = EventBody::Broadcast { from_handle: dialtone_domain::Handle::guest(), text: "hello".into() };
    model.update(sample::instances(), sample::calls(), &[sample::event(said)]);
    model
}

fn drawn(model: &mut Model, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(frame, model, sample::now())).unwrap();
    terminal.backend().buffer().clone()
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..buffer.area.height).map(row).collect()
}

fn row_of(buffer: &Buffer, text: &str) -> u16 {
    let all = lines(buffer);
    let row = all.iter().position(|line| line.contains(text));
    u16::try_from(row.unwrap_or_else(|| panic!("no {text:?} in\n{}", all.join("\n")))).unwrap()
}

#[test]
fn everything_is_on_a_screen_of_eighty_by_twenty_four() {
    let buffer = drawn(&mut model(), 80, 24);
    for text in [
        "Dialtone  sysop console, as Sysop",
        "2 instances  3 calls  08:00:00 UTC",
        "3 h 00 min",
        "2 s ago",
        "nobody yet",
        "192.0.2.12",
        "The Lobby",
        "08:00:00 Guest told everybody: hello",
        "K kick",
    ] {
        row_of(&buffer, text);
    }
    let (ada, bob) = (row_of(&buffer, "Ada"), row_of(&buffer, "Bob"));
    assert!(buffer[(3, ada)].modifier.contains(Modifier::REVERSED), "the chosen caller");
    assert!(!buffer[(3, bob)].modifier.contains(Modifier::REVERSED));
}

#[test]
fn the_screen_survives_any_size() {
    let mut model = model();
    for help in [false, true] {
        for prompt in [false, true] {
            if help {
                model.press(Press::Char('?'));
            }
            if prompt {
                model.press(Press::Char('K'));
                (0..200).for_each(|_| drop(model.press(Press::Char('漢'))));
            }
            for columns in [1, 2, 9, 39, 40, 41, 80, 132, 300] {
                for rows in [1, 2, 11, 12, 13, 24, 60] {
                    drawn(&mut model, columns, rows);
                }
            }
            model.press(Press::Escape);
        }
    }
    let small = lines(&drawn(&mut model, 39, 24)).concat();
    assert!(small.contains("The console needs 40 columns"), "{small}");
}

#[test]
fn a_typed_line_shows_its_end_and_the_cursor_after_it() {
    let mut model = model();
    model.press(Press::Char('K'));
    for c in format!("{}the end", "x".repeat(120)).chars() {
        model.press(Press::Char(c));
    }
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| draw(frame, &mut model, sample::now())).unwrap();
    let last = lines(terminal.backend().buffer()).pop().unwrap();
    assert!(
        last.starts_with("End the call of Ada, reason: xxx") && last.trim_end().ends_with("the end"),
        "{last}"
    );
    terminal.backend_mut().assert_cursor_position((79, 23));
}

#[test]
fn a_database_that_is_away_is_a_red_line_over_what_was_known() {
    let mut model = model();
    model.silence(sample::now());
    let buffer = drawn(&mut model, 80, 24);
    let row = row_of(&buffer, "The database has not answered since 08:00:00 UTC");
    assert_eq!(buffer[(2, row)].bg, Color::Red);
    row_of(&buffer, "Ada");
}

#[test]
fn no_byte_of_a_caller_is_obeyed() {
    let mut model = model();
    let mut calls = sample::calls();
    calls[0].place = "\u{1b}[2J\u{9b}31m\u{202e}here".into();
    calls[0].peer = "\r\n\u{7}".into();
    let mut instances = sample::instances();
    instances[0].name = "\u{1b}c".into();
    model.update(instances, calls, &[]);
    let buffer = drawn(&mut model, 132, 40);
    row_of(&buffer, "·[2J·31m·here");
    let harmless = |c: char| !c.is_control() && c != '\u{202e}';
    assert!(lines(&buffer).concat().chars().all(harmless));
}

#[test]
fn a_long_list_scrolls_to_the_chosen_caller() {
    let mut model = model();
    let calls = (100..160).map(|id| {
        let mut call = sample::calls().remove(0);
        call.call = dialtone_domain::CallId(id);
        call.place = format!("place {id}");
        call
    });
    model.update(sample::instances(), calls.collect(), &[]);
    model.press(Press::End);
    row_of(&drawn(&mut model, 80, 24), "place 159");
}
