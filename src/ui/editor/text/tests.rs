use super::*;
use proptest::prelude::*;

fn shown(writing: &Writing, columns: usize) -> Vec<String> {
    writing.rows(columns).iter().map(|row| writing.characters(row)).collect()
}

fn typed(text: &str) -> Writing {
    let mut writing = Writing::new("");
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
    let writing = typed("the quick brown fox");
    assert_eq!(shown(&writing, 9), ["the quick ", "brown fox"]);
    assert_eq!(shown(&writing, 8), ["the ", "quick ", "brown ", "fox"]);
    assert_eq!(shown(&typed("abcdefghij kl"), 4), ["abcd", "efgh", "ij ", "kl"]);
    assert_eq!(writing.text(), "the quick brown fox");
}

#[test]
fn words_close_up_when_what_stood_before_them_goes() {
    let mut writing = typed("one two three");
    writing.move_to(Place { paragraph: 0, at: 0 });
    for _ in 0..4 {
        writing.delete();
    }
    assert_eq!(shown(&writing, 9), ["two three"]);
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
    writing.move_to(Place { paragraph: 0, at: 1 });
    writing.overwrite = true;
    "xyz".chars().for_each(|c| {
        writing.insert(c);
    });
    assert_eq!(writing.text(), "axyz");
}

#[test]
fn rows_are_cut_and_lines_put_in() {
    let mut writing = typed("one\ntwo three\nfour");
    let rows = writing.rows(5);
    writing.cut(&rows[1]);
    assert_eq!(writing.text(), "one\nthree\nfour");
    let rows = writing.rows(5);
    writing.cut(&rows[0]);
    assert_eq!(writing.text(), "three\nfour");
    writing.put(&["> q".into(), "> r".into()]);
    assert_eq!(writing.text(), "> q\n> r\nthree\nfour");
    assert_eq!(writing.cursor(), Place { paragraph: 2, at: 0 });
}

#[test]
fn a_text_is_never_larger_than_a_message() {
    let mut writing = Writing::new(&"x".repeat(BYTES - 2));
    writing.move_to_end();
    assert!(writing.insert('y'));
    assert!(!writing.insert('y') && !writing.split());
    assert!(writing.text().len() <= BYTES);
}

proptest! {
    #[test]
    fn rows_cover_the_text_and_fit(text in "[a-c é漢\n]{0,120}", columns in 1..20usize) {
        let writing = Writing::new(&text);
        let rows = writing.rows(columns);
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
        let mut writing = Writing::new(&text);
        writing.move_to(Place { paragraph, at });
        let rows = writing.rows(columns);
        let (row, column) = writing.place_in(&rows);
        prop_assert!(column <= columns + 1);
        prop_assert_eq!(writing.place_at(&rows[row], column), writing.cursor());
    }

    #[test]
    fn no_keys_break_it(keys in prop::collection::vec(0..12u8, 0..300)) {
        let mut writing = Writing::new("some words\nto begin with");
        for key in keys {
            let rows = writing.rows(8);
            let (row, _) = writing.place_in(&rows);
            match key {
                0 => { writing.split(); }
                1 => writing.erase(),
                2 => writing.delete(),
                3 => writing.back(),
                4 => writing.on(),
                5 => writing.cut(&rows[row]),
                6 => { writing.undo(); }
                7 => writing.overwrite = !writing.overwrite,
                8 => writing.put(&["> quoted".into()]),
                9 => { writing.tab(); }
                _ => { writing.insert('x'); }
            }
            prop_assert!(!writing.paragraphs.is_empty());
            prop_assert_eq!(writing.bytes, writing.text().len());
            prop_assert!(writing.cursor.paragraph < writing.paragraphs.len());
            prop_assert!(writing.cursor.at <= writing.length(writing.cursor.paragraph));
        }
    }
}
