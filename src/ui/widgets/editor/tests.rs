use super::*;
use crate::ui::script::Script;
use proptest::prelude::*;

fn type_in(editor: &mut Editor<'_>, text: &str) {
    for c in text.chars() {
        editor.press(if c == '\n' { Key::Enter } else { Key::Char(c) });
    }
}

#[test]
fn a_command_stands_on_a_line_of_its_own() {
    let mut editing = Editing::default();
    let mut editor = Editor::new(&mut editing);
    type_in(&mut editor, "hello\n/s");
    assert_eq!(editor.press(Key::Enter), Some(Decided::Save));
    assert_eq!(editor.writing.text().trim_end(), "hello");
    type_in(&mut editor, "a /s");
    assert_eq!(editor.press(Key::Enter), None);
}

#[test]
fn a_quote_stands_above_what_is_written() {
    let mut editing = Editing { quote: vec!["ab> hi".into()], ..Editing::default() };
    let mut editor = Editor::new(&mut editing);
    type_in(&mut editor, "hello");
    assert_eq!(editor.writing.text(), "ab> hi\nhello");
    type_in(&mut editor, "\n/q\n");
    assert_eq!(editor.writing.text(), "ab> hi\nhello\nab> hi\n");
    editor.press(Key::Ctrl('u'));
    editor.press(Key::Ctrl('u'));
    assert_eq!(editor.writing.text(), "ab> hi\nhello\n/q");
}

#[test]
fn up_and_down_keep_their_column_through_short_lines() {
    let text = "a long first line\nab\nanother long line".to_owned();
    let mut editing = Editing { text, ..Editing::default() };
    let mut editor = Editor::new(&mut editing);
    editor.writing.move_to(CursorPosition { paragraph: 0, at: 10 });
    editor.press(Key::Down);
    assert_eq!(editor.writing.cursor(), CursorPosition { paragraph: 1, at: 2 });
    editor.press(Key::Down);
    assert_eq!(editor.writing.cursor(), CursorPosition { paragraph: 2, at: 10 });
}

#[test]
fn words_are_found() {
    let mut editing = Editing { text: "one\ntwo\nthree two".into(), ..Editing::default() };
    let mut editor = Editor::new(&mut editing);
    editor.writing.move_to(CursorPosition::default());
    editor.press(Key::Ctrl('f'));
    "TWO".chars().for_each(|c| editor.search(Key::Char(c)));
    assert_eq!(editor.writing.cursor(), CursorPosition { paragraph: 1, at: 0 });
    editor.search(Key::Down);
    assert_eq!(editor.writing.cursor(), CursorPosition { paragraph: 2, at: 6 });
    editor.search(Key::Enter);
    assert!(editor.search.is_none());
}

#[test]
fn no_key_of_the_editor_means_two_things() {
    let mut seen = std::collections::HashSet::new();
    assert!(KEYS.iter().flat_map(|binding| binding.keys).all(|key| seen.insert(*key)));
}

/// Counts what it is given.
#[derive(Debug, Default)]
struct Kept(std::sync::Mutex<Vec<String>>);

impl Autosave for Kept {
    fn save(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_written_is_kept_in_pauses_and_at_the_end() {
    let kept = Arc::new(Kept::default());
    let mut editing = Editing { autosave: Some(Arc::clone(&kept) as _), ..Editing::default() };
    let seen = || kept.0.lock().unwrap().clone();
    let mut editor = Editor::new(&mut editing);
    assert_eq!(editor.unsaved.due(), None, "nothing has changed, and no clock runs");
    editor.press_any(Key::Char('a'));
    let due = editor.unsaved.due().unwrap();
    tokio::time::sleep_until(due).await;
    editor.save();
    assert_eq!((seen(), editor.unsaved.due()), (vec!["a".to_owned()], None));
    // Somebody who never pauses.
    for _ in 0..30 {
        editor.press_any(Key::Char('b'));
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    assert!((3..6).contains(&seen().len()), "{:?}", seen());
    editor.press_any(Key::Char('c'));
    drop(editor);
    assert_eq!(seen().last().unwrap(), &format!("a{}c", "b".repeat(30)));

    let before = seen().len();
    let mut editor = Editor::new(&mut editing);
    editor.press_any(Key::Left);
    drop(editor);
    let mut editor = Editor::new(&mut editing);
    editor.press_any(Key::Char('d'));
    editor.unsaved.handed_over();
    drop(editor);
    assert_eq!(seen().len(), before, "nothing changed, or somebody else has it");
}

#[test]
fn in_words_a_line_is_written_after_the_other() {
    let mut editing =
        Editing { heading: "To Acid Burn".into(), quote: vec!["ab> hi".into()], ..Editing::default() };
    let mut script = Script::typing("/s\n/q\nhello\noops\n/d\n/l\n/S\n");
    assert_eq!(Script::wait(edit(&mut script, &mut editing)), Ok(true));
    assert_eq!(editing.text, "ab> hi\nhello");
    let said = [
        "\nTo Acid Burn\nWrite. /s on a line of its own saves, /l says the lines, /d deletes the last, /q quotes, /a abandons.",
        "/s",
        "There is nothing to save yet.",
        "/q",
        "1 lines quoted.",
        "hello",
        "oops",
        "/d",
        "Deleted: oops",
        "/l",
        "ab> hi\nhello",
        "/S",
    ];
    assert_eq!(script.said, said);
}

#[test]
fn in_words_what_was_kept_is_said_and_abandoned_only_when_told() {
    for (out, line) in [("/a\n", "/a"), ("\u{1b}", "")] {
        let mut editing = Editing { text: "from before".into(), ..Editing::default() };
        let mut script = Script::typing(&format!("more\n{out}"));
        assert_eq!(Script::wait(edit(&mut script, &mut editing)), Ok(false));
        assert_eq!(editing.text, "from before\nmore");
        assert_eq!(script.said[1..], ["What you wrote is kept:\nfrom before", "more", line]);
    }
}

#[tokio::test]
async fn in_words_what_is_typed_is_kept_in_pauses_and_when_the_line_drops() {
    let kept = Arc::new(Kept::default());
    let mut editing = Editing { autosave: Some(Arc::clone(&kept) as _), ..Editing::default() };
    let mut script = Script::typing("one\ntw…o\n/");
    script.last = "x\nlast".chars().map(|c| if c == '\n' { Key::Enter } else { Key::Char(c) }).collect();
    assert!(edit(&mut script, &mut editing).await.is_err());
    assert_eq!(*kept.0.lock().unwrap(), ["one\ntw", "one\ntwo\n/x\nlast"]);
}

proptest! {
    #[test]
    fn the_cursor_stays_on_the_screen(keys in prop::collection::vec(0..16u8, 0..200), columns in 20..140u16, rows in 2..30u16) {
        let mut editing = Editing { text: "some words to begin with\n".repeat(20), ..Editing::default() };
        let mut editor = Editor::new(&mut editing);
        for key in keys {
            editor.fit(columns, rows);
            let (row, column) = editor.at;
            prop_assert!((editor.top..editor.top + editor.size.1).contains(&row));
            let shown = editor.shown.get(row - editor.top).unwrap().clone();
            prop_assert_eq!(Some(shown), editor.here());
            prop_assert!(column <= editor.size.0 + 1);
            editor.press(match key {
                0 => Key::Enter, 1 => Key::Backspace, 2 => Key::Delete, 3 => Key::Up, 4 => Key::Down,
                5 => Key::Left, 6 => Key::Right, 7 => Key::Home, 8 => Key::End, 9 => Key::Ctrl('y'),
                10 => Key::Tab, 11 => Key::PageUp, 12 => Key::PageDown, 13 => Key::Ctrl('u'), _ => Key::Char('x'),
            });
        }
    }
}
