use super::*;
use proptest::prelude::*;

/// Cells that a text takes on a grid, where a wide character takes one.
fn cells(text: &str) -> usize {
    text.chars().map(cell).sum()
}

fn rows(writing: &mut TextBuffer, columns: usize) -> Vec<Row> {
    writing.wrap_at(columns);
    writing.rows(0, usize::MAX)
}

fn shown(writing: &mut TextBuffer, columns: usize) -> Vec<String> {
    rows(writing, columns).iter().map(|row| writing.characters(row)).collect()
}

fn typed(text: &str) -> TextBuffer {
    let mut writing = TextBuffer::new("");
    for c in text.chars() {
        if c == '\n' {
            writing.split()
        } else {
            writing.insert(c)
        };
    }
    writing
}

#[test]
fn long_paragraphs_wrap_at_words_and_stay_one_paragraph() {
    let mut writing = typed("the quick brown fox");
    assert_eq!(shown(&mut writing, 9), ["the quick ", "brown fox"]);
    assert_eq!(shown(&mut writing, 8), ["the ", "quick ", "brown ", "fox"]);
    assert_eq!(shown(&mut typed("abcdefghij kl"), 4), ["abcd", "efgh", "ij ", "kl"]);
    assert_eq!(writing.text(), "the quick brown fox");
}

#[test]
fn words_close_up_when_what_stood_before_them_goes() {
    let mut writing = typed("one two three");
    writing.move_to(CursorPosition { paragraph: 0, at: 0 });
    for _ in 0..4 {
        writing.delete();
    }
    assert_eq!(shown(&mut writing, 9), ["two three"]);
}

#[test]
fn changes_are_taken_back_a_run_at_a_time() {
    let mut writing = typed("one\ntwo");
    writing.erase();
    writing.erase();
    assert_eq!(writing.text(), "one\nt");
    for before in ["one\ntwo", "one\n", "one", ""] {
        assert!(writing.undo());
        assert_eq!(writing.text(), before);
    }
    assert!(!writing.undo());
}

#[test]
fn overwriting_replaces_and_grows_at_the_end() {
    let mut writing = typed("abc");
    writing.move_to(CursorPosition { paragraph: 0, at: 1 });
    writing.overwrite = true;
    "xyz".chars().for_each(|c| {
        writing.insert(c);
    });
    assert_eq!(writing.text(), "axyz");
}

#[test]
fn rows_are_cut_and_lines_put_in() {
    let mut writing = typed("one\ntwo three\nfour");
    let cut = rows(&mut writing, 5);
    writing.cut(&cut[1]);
    assert_eq!(writing.text(), "one\nthree\nfour");
    let cut = rows(&mut writing, 5);
    writing.cut(&cut[0]);
    assert_eq!(writing.text(), "three\nfour");
    writing.put(&["> q".into(), "> r".into()]);
    assert_eq!(writing.text(), "> q\n> r\nthree\nfour");
    assert_eq!(writing.cursor(), CursorPosition { paragraph: 2, at: 0 });
}

#[test]
fn a_text_is_never_larger_than_a_message() {
    let mut writing = TextBuffer::new(&"x".repeat(BYTES - 1));
    writing.move_to_end();
    assert!(writing.insert('y'));
    assert!(!writing.insert('y') && !writing.split());
    assert!(writing.text().len() <= BYTES);
}

proptest! {
    #[test]
    fn rows_cover_the_text_and_fit(text in "[a-c é漢\n]{0,120}", columns in 1..20usize) {
        let mut writing = TextBuffer::new(&text);
        let rows = rows(&mut writing, columns);
        let mut joined = String::new();
        for (n, row) in rows.iter().enumerate() {
            if n > 0 && rows[n - 1].paragraph != row.paragraph {
                joined.push('\n');
            }
            let shown = writing.characters(row);
            prop_assert!(cells(shown.strip_suffix(' ').unwrap_or(&shown)) <= columns, "{shown:?}");
            joined.push_str(&shown);
        }
        prop_assert_eq!(joined, text);
    }

    #[test]
    fn every_place_is_found_again(text in "[a-c é\n]{0,80}", columns in 2..20usize, paragraph in 0..9usize, at in 0..40usize) {
        let mut writing = TextBuffer::new(&text);
        writing.move_to(CursorPosition { paragraph, at });
        let rows = rows(&mut writing, columns);
        let (row, column) = writing.place();
        prop_assert!(column <= columns + 1);
        prop_assert_eq!(writing.place_at(&rows[row], column), writing.cursor());
    }

    #[test]
    fn no_keys_break_it(keys in prop::collection::vec(0..14u8, 0..300), columns in 1..12usize) {
        let mut writing = TextBuffer::new("some words\nto begin with");
        writing.wrap_at(columns);
        for key in keys {
            let (row, _) = writing.place();
            let before = writing.text();
            let changes = writing.changes();
            match key {
                0 => { writing.split(); }
                1 => writing.erase(),
                2 => writing.delete(),
                3 => writing.back(),
                4 => writing.on(),
                5 => { let row = writing.row(row).unwrap(); writing.cut(&row); }
                6 => { writing.undo(); }
                7 => writing.overwrite = !writing.overwrite,
                8 => writing.put(&["> quoted".into()]),
                9 => { writing.tab(); }
                10 => { writing.insert(' '); }
                11 => { writing.insert('\u{301}'); }
                _ => { writing.insert('x'); }
            }
            prop_assert!(!writing.paragraphs.is_empty());
            prop_assert_eq!(writing.bytes, writing.text().len());
            prop_assert!(writing.cursor.paragraph < writing.paragraphs.len());
            prop_assert!(writing.cursor.at <= writing.length(writing.cursor.paragraph));
            prop_assert!(before == writing.text() || changes != writing.changes());
            // What was kept of the layout is what a new one would be.
            let mut fresh = TextBuffer::new(&writing.text());
            prop_assert_eq!(rows(&mut writing.clone(), columns), rows(&mut fresh, columns));
        }
    }

    #[test]
    fn whatever_was_done_is_taken_back(keys in prop::collection::vec(0..9u8, 0..60)) {
        let mut writing = TextBuffer::new("some words\nto begin with");
        let before = writing.text();
        for key in keys {
            let (row, _) = writing.place();
            match key {
                0 => { writing.split(); }
                1 => writing.erase(),
                2 => writing.delete(),
                3 => writing.back(),
                4 => writing.on(),
                5 => { let row = writing.row(row).unwrap(); writing.cut(&row); }
                6 => writing.overwrite = !writing.overwrite,
                7 => writing.put(&["> quoted".into()]),
                _ => { writing.insert('x'); }
            }
        }
        while writing.undo() {}
        prop_assert_eq!(writing.text(), before);
    }
}

/// Types as a paste does, with the screen brought up to date after each key; how many characters were laid out.
fn pasted(writing: &mut TextBuffer, keys: impl Iterator<Item = char>) -> u64 {
    let before = writing.laid_out;
    for key in keys {
        if key == '\n' {
            writing.split();
        } else {
            writing.insert(key);
        }
        let (row, _) = writing.place();
        writing.rows(row.saturating_sub(20), 21);
    }
    writing.laid_out - before
}

#[test]
fn a_long_paste_costs_what_it_is_long() {
    let words = |n: usize| if n % 6 == 5 { ' ' } else { 'x' };
    let lines = |n: usize| if n % 70 == 69 { '\n' } else { 'x' };
    let solid = |_: usize| 'x';
    for kind in [words as fn(usize) -> char, lines, solid] {
        // One paragraph, many, and one word; at the end of the text, and before a long text that is there already.
        for text in [String::new(), "y".repeat(30_000)] {
            let cost = |keys: usize| {
                let mut writing = TextBuffer::new(&text);
                writing.wrap_at(76);
                pasted(&mut writing, (0..keys).map(kind))
            };
            let (short, long) = (cost(2_000), cost(30_000));
            assert!(long <= 20 * short.max(2_000 * 76), "{short} characters laid out became {long}");
        }
    }
}

#[test]
fn keys_that_find_no_room_cost_nothing() {
    let mut writing = TextBuffer::new(&"x ".repeat(BYTES / 2));
    writing.move_to_end();
    writing.wrap_at(76);
    writing.place();
    let changes = writing.changes();
    assert_eq!(pasted(&mut writing, "no room at all\n".chars().cycle().take(10_000)), 0);
    assert_eq!(writing.changes(), changes);
}
