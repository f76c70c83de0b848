//! Files of the sysop's own, right and wrong, laid over those that the board brings.

use std::fs;
use std::path::Path;

use miette::Diagnostic;
use proptest::prelude::*;

use super::*;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn load(files: &[(&str, &str)]) -> (Languages, Vec<(String, String)>) {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = folder(&files);
    let (languages, mistakes) = Languages::load("en", Some(folder.path()));
    (languages, mistakes.map(|mistakes| told(&mistakes)).unwrap_or_default())
}

/// The file of each mistake.
fn files_of(mistakes: &Mistakes) -> Vec<String> {
    let name = |mistake: &dyn Diagnostic| {
        let span = *mistake.labels().unwrap().next().unwrap().inner();
        let text = mistake.source_code().unwrap().read_span(&span, 0, 0).unwrap();
        text.name().unwrap().rsplit('/').next().unwrap().to_owned()
    };
    mistakes.related().unwrap().map(name).collect()
}

/// What is said of each mistake, and what it points at.
fn told(mistakes: &Mistakes) -> Vec<(String, String)> {
    let told = mistakes.related().unwrap().map(|mistake| {
        let help = mistake.help().map(|help| format!("; {help}")).unwrap_or_default();
        let said = format!("{mistake}{help}");
        let Some(mut labels) = mistake.labels() else { return (said, String::new()) };
        let span = *labels.next().unwrap().inner();
        let text = mistake.source_code().unwrap().read_span(&span, 0, 0).unwrap();
        (said, String::from_utf8_lossy(text.data()).into_owned())
    });
    told.collect()
}

fn english_of(languages: &Languages) -> &Language {
    languages.get("en").unwrap()
}

/// One line of a sysop's `en.ftl`, what is said of it, and what that points at.
const WRONG: &[(&str, &str, &str)] = &[
    ("greet-call This is call", "there should be a = here", "T"),
    ("greet-call = a { $number", "there should be a } here", ""),
    ("greet-call = a } b", "this } closes nothing; write {\"}\"} to show one", "}"),
    ("greet-call =", "the message \"greet-call\" is empty", "g"),
    (
        "greet-cal = Hello",
        "the board has no message \"greet-cal\"; did you mean \"greet-call\"?",
        "greet-cal",
    ),
    ("greet-call = a\ngreet-call = b", "this name is taken by an entry above", "greet-call"),
    ("greet-call = { $numbr }", "this message has no $numbr; did you mean \"number\"?", "numbr"),
    ("greet-guest = hi { $handle }", "this message has no variables", "handle"),
    ("greet-call = { greet-nothing }", "there is no message \"greet-nothing\"", "greet-nothing"),
    ("greet-call = { -board }", "there is no term \"-board\"", "board"),
    ("greet-call = { greet-call }", "this leads back to itself", "greet-call"),
    ("-a = { -b }\n-b = { -a }", "this leads back to itself", "-a"),
    (
        "greet-call = { pager-online }",
        "what this refers to shows $handle, which this message doesn't have",
        "greet-call",
    ),
    (
        "greet-title = while you were away from your desk",
        "this takes up to 34 columns, and there is room for 30",
        "greet-title",
    ),
    ("greet-title =\n    a\n    b", "this takes up to 2 lines, and there is room for 1", "greet-title"),
    (
        "greet-new = { $handle }, how good to meet you here at last, caller",
        "this takes up to 67 columns, and there is room for 60",
        "greet-new",
    ),
    ("greet-call = a\u{7}b", "U+0007 is no character that one can see", "\u{7}"),
    ("greet-call = a\u{202e}b", "U+202E is no character that one can see", "\u{202e}"),
    (r#"greet-call = { "\u001b" }"#, "U+001B is no character that one can see", r"\u001b"),
    ("greet-call = |12red", "pipe codes aren't drawn as colours here", "|12"),
    ("greet-call = a\n    .title = b", "the board reads no attributes of a message", "title"),
    ("greet-call =\n    .title = b", "the board reads no attributes of a message", "title"),
    (
        "greet-call = { NUMBER($number, minimumFractionDigits: 9) }",
        "NUMBER takes a variable and, if you like, type: \"ordinal\"",
        "NUMBER",
    ),
    ("greet-call = { DATETIME($number) }", "the only function is NUMBER", "DATETIME"),
    ("greet-call = { 12345678901234567890 }", "a number has at most 9 digits", "12345678901234567890"),
    ("-a = { $b }", "a term can choose by a variable, but not show it", "b"),
];

#[test]
fn each_mistake_is_told_with_its_place_and_the_boards_own_sentence_stands() {
    for (text, said, at) in WRONG {
        let (languages, mistakes) = load(&[("en.ftl", text)]);
        assert!(
            mistakes.iter().any(|(words, place)| words.starts_with(said) && place == at),
            "{text:?}\n{mistakes:#?}"
        );
        // One that is said twice stands as it was said first.
        let call = if text.contains("= b") && !text.contains('.') { "a" } else { "This is call 7." };
        assert_eq!(say!(english_of(&languages), "greet-call", number = 7), call, "{text:?}");
        assert_eq!(english_of(&languages).text("greet-title"), "while you were away", "{text:?}");
    }
}

#[test]
fn a_select_without_a_default_is_a_mistake() {
    let text = "greet-messages = { $new ->\n    [one] one\n    [other] some\n}\n";
    let (languages, mistakes) = load(&[("en.ftl", text)]);
    assert_eq!(mistakes[0].0, "one of the variants must be the default: *[other]");
    assert_eq!(say!(english_of(&languages), "greet-messages", new = 0), "Nothing new on the boards.");
}

#[test]
fn what_is_right_beside_a_broken_message_is_taken_over() {
    let text = "greet-guest = come in\ngreet-call { oops\n# why\ngreet-title = news\n-x = { -y }\npager-online = { -x }!\n";
    let (languages, mistakes) = load(&[("en.ftl", text)]);
    let english = english_of(&languages);
    assert_eq!(english.text("greet-guest"), "come in");
    assert_eq!(english.text("greet-title"), "news");
    assert_eq!(say!(english, "greet-call", number = 7), "This is call 7.");
    // What refers to something broken is broken.
    assert_eq!(say!(english, "pager-online", handle = "acid burn"), "acid burn is on line");
    assert_eq!(mistakes.len(), 3, "{mistakes:#?}");
}

#[test]
fn a_files_messages_lie_over_those_of_the_board_one_by_one() {
    let english = "greet-guest = come in\npager-online = { $handle } has come in\n";
    let french = "language-name = français\npager-online = { $handle } est là\n";
    let german = "pager-online = { $handle } ist da\n";
    let (languages, mistakes) = load(&[("en.ftl", english), ("fr.ftl", french), ("de.ftl", german)]);
    assert_eq!(mistakes, []);
    let online = |tag: &str| say!(languages.get(tag).unwrap(), "pager-online", handle = "acid burn");
    assert_eq!(online("en"), "acid burn has come in");
    assert_eq!(online("de"), "acid burn ist da");
    assert_eq!(online("fr"), "acid burn est là");
    let guest = |tag: &str| languages.get(tag).unwrap().text("greet-guest").into_owned();
    assert_eq!((guest("de").as_str(), guest("fr").as_str()), ("schau dich um", "come in"));
    let names: Vec<&str> = languages.iter().map(|language| language.name()).collect();
    assert_eq!(names, ["Deutsch", "English", "français"]);
}

#[test]
fn files_that_are_no_text_or_too_large_are_refused() {
    let large = vec![b'#'; 50 << 20];
    let files: [(&str, &[u8]); 6] = [
        ("de.ftl", b"language-name = D\xfctsch"),
        ("en.ftl", &large),
        ("fr.ftl", b""),
        ("not a language.ftl", b""),
        ("EN.ftl", b"language-name = loud"),
        ("notes.txt", b"not looked at"),
    ];
    let folder = folder(&files);
    fs::create_dir(folder.path().join("it.ftl")).unwrap();
    let (languages, mistakes) = Languages::load("en", Some(folder.path()));
    let mistakes = mistakes.unwrap();
    let said = files_of(&mistakes).into_iter().zip(told(&mistakes));
    let said: Vec<String> = said.map(|(file, (said, _))| format!("{file}: {said}")).collect();
    assert_eq!(
        said,
        [
            "EN.ftl: the file's name is no language, such as de.ftl or pt-br.ftl",
            "de.ftl: byte 18 is not UTF-8",
            "en.ftl: the file has more than 1048576 bytes",
            "fr.ftl: the message \"language-name\" is missing",
            "it.ftl: this is not a file",
            "not a language.ftl: the file's name is no language, such as de.ftl or pt-br.ftl",
        ]
    );
    assert_eq!(languages.get("de").unwrap().name(), "Deutsch");
    // It speaks English, and is called by its tag.
    assert_eq!(languages.get("fr").unwrap().name(), "fr");
    assert_eq!(languages.get("fr").unwrap().text("greet-guest"), "have a look around");
}

#[test]
fn a_folder_that_is_not_there_or_is_empty_is_no_mistake() {
    let folder = folder(&[("en.ftl", b""), ("de.ftl", b"\xef\xbb\xbf# nothing yet\r\n")]);
    assert!(Languages::load("en", Some(folder.path())).1.is_none());
    assert!(Languages::load("en", Some(Path::new("/nowhere/at/all"))).1.is_none());
    assert!(Languages::load("en", None).1.is_none());
}

#[test]
fn a_language_that_says_it_is_complete_is() {
    let text = "### Complete.\n\nlanguage-name = français\npager-online = quelqu'un est là\n";
    let (_, mistakes) = load(&[("fr.ftl", text)]);
    assert!(
        mistakes.iter().any(|(said, _)| said == "the message \"greet-call\" is missing"),
        "{mistakes:#?}"
    );
    assert!(mistakes.contains(&("$handle is missing".into(), "pager-online".into())) || mistakes.len() == 20);
    let (_, mistakes) = load(&[("de.ftl", "### Complete.\n\npager-online = jemand ist da\n")]);
    assert!(mistakes.len() == 20, "{mistakes:#?}");
    let (_, mistakes) = load(&[("de.ftl", "pager-online = jemand ist da\n")]);
    assert_eq!(mistakes, [], "a sysop may leave out what they like");
}

#[test]
fn a_caller_gets_the_nearest_language() {
    let (languages, _) = load(&[("pt-br.ftl", "language-name = português")]);
    let pick = |chosen, locale| languages.pick(chosen, locale).tag().to_owned();
    for (locale, tag) in [
        ("de_AT.UTF-8", "de"),
        ("de", "de"),
        ("de_DE@euro", "de"),
        ("pt_BR.UTF-8", "pt-br"),
        ("pt_PT.UTF-8", "en"),
        ("C.UTF-8", "en"),
        ("POSIX", "en"),
        ("xx_YY.UTF-8", "en"),
        ("", "en"),
        ("../../etc/passwd", "en"),
    ] {
        assert_eq!(pick(None, Some(locale)), tag, "{locale}");
        assert_eq!(pick(Some("de"), Some(locale)), "de", "{locale}: what they have chosen counts");
    }
    assert_eq!(pick(Some("gone"), Some("de_DE")), "de");
    assert_eq!(pick(None, None), "en");
    let (german, _) = Languages::load("de", None);
    assert_eq!(german.pick(None, Some("fr_FR.UTF-8")).tag(), "de", "the board's own");
    assert_eq!(Languages::load("gone", None).0.pick(None, None).tag(), "en");
}

#[test]
fn what_callers_write_is_never_a_code_or_a_message() {
    let (languages, mistakes) = load(&[("en.ftl", "login-handle = |12{ $doors }|07 { $words }\n")]);
    assert_eq!(mistakes, []);
    let english = english_of(&languages);
    let said = say!(english, "login-handle", doors = "|14{ greet-call }|", words = "{ $doors } |15");
    assert_eq!(said, "|12||14{ greet-call }|||07 { $doors } ||15");
    assert_eq!(pipe::strip(&said), "|14{ greet-call }| { $doors } |15");
    // Where no codes are drawn, a pipe is a pipe.
    assert_eq!(say!(english, "pager-online", handle = "|12x"), "|12x is on line");
}

#[test]
fn what_is_not_there_is_its_id() {
    assert_eq!(english().text("no-such-message"), "no-such-message");
    assert_eq!(english().say("no-such-message", Arguments::default()), "no-such-message");
    // A variable that is not told is shown by its name.
    assert_eq!(english().say("pager-online", Arguments::default()), "{$handle} is on line");
}

#[test]
fn any_number_has_a_plural() {
    for number in [i64::MIN, -1, 0, 1, 2, i64::MAX] {
        for (_, language) in load(&[]).0.all {
            assert!(say!(language, "greet-messages", new = number).contains(' '));
        }
    }
    assert_eq!(say!(english(), "log-quotes", count = u64::MAX), "9007199254740992 prices moved");
    assert_eq!(say!(english(), "log-quotes", count = 1_usize), "1 price moved");
}

#[test]
fn messages_that_would_never_end_are_refused() {
    let doubling: String = (0..40).map(|n| format!("-a{n} = {{ -a{} }}{{ -a{} }}\n", n + 1, n + 1)).collect();
    let long: String = (0..5_000).map(|n| format!("-a{n} = {{ -a{} }}\n", n + 1)).collect();
    let deep = format!("greet-call = {}", "{".repeat(100_000));
    let calls = format!("greet-call = {{ {}", "NUMBER(".repeat(100_000));
    let split = format!("greet-call = {}", "{\n".repeat(100_000));
    let selects = format!("greet-call = {}", "{ $number ->\n *[other] :-) \"}}{".repeat(10_000));
    for text in [doubling + "-a40 = x\n", long, deep, calls, split, selects] {
        let (languages, mistakes) = load(&[("en.ftl", &text)]);
        assert!(!mistakes.is_empty());
        assert_eq!(say!(english_of(&languages), "greet-call", number = 7), "This is call 7.");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_everything_can_still_be_said(
        text in "([a-z{}$\\-\"\\[\\]*|0-9>=.# \n\u{7}é]|greet-call = |greet-title = |\\{ \\$number ->\n|  \\*\\[other\\] ){0,60}"
    ) {
        let (languages, _) = load(&[("en.ftl", &text), ("fr.ftl", &text)]);
        for language in languages.iter() {
            let title = language.text("greet-title");
            prop_assert!(!title.contains(['{', '\n']) || text.contains("{\""), "{title}");
            prop_assert!(dialtone_terminal::text::width(&title) <= 30, "{title}");
            say!(language, "greet-call", number = 7);
        }
    }
}
