//! The board's words: code and language files held together, and files of the sysop's own over them on a running board.

#![expect(clippy::unwrap_used, reason = "a source that cannot be read is a failed test")]

mod harness;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dialtone::lang;
use harness::{
    Board, Dial, Kind, MENU, PASSWORD, QUESTION, Recording, Setup, SshOptions, said, ssh, telnet, text,
};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The uses of messages in a source, `say!(…)` and `id!(…)`: id and variables.
fn uses(tokens: TokenStream, found: &mut Vec<(String, BTreeSet<String>)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (n, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        uses(group.stream(), found);
        let (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(mark))) =
            (n.checked_sub(2).and_then(|n| tokens.get(n)), n.checked_sub(1).and_then(|n| tokens.get(n)))
        else {
            continue;
        };
        if mark.as_char() == '!'
            && (name == "say" || name == "id")
            && group.delimiter() == Delimiter::Parenthesis
        {
            found.extend(used(group.stream(), name == "say"));
        }
    }
}

/// The message of one macro: behind its speaker, if it has one, the id, then `name = value` again and again.
fn used(inside: TokenStream, speaks: bool) -> Option<(String, BTreeSet<String>)> {
    let mut parts: Vec<Vec<TokenTree>> = vec![Vec::new()];
    for token in inside {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => parts.push(Vec::new()),
            token => parts.last_mut()?.push(token),
        }
    }
    let mut parts = parts.into_iter().skip(usize::from(speaks));
    let id = parts.next()?;
    let [TokenTree::Literal(id)] = id.as_slice() else { return None };
    let names = parts.filter_map(|part| match part.as_slice() {
        [TokenTree::Ident(name), TokenTree::Punct(equals), ..] if equals.as_char() == '=' => {
            Some(name.to_string())
        }
        _ => None,
    });
    Some((id.to_string().trim_matches('"').to_owned(), names.collect()))
}

fn in_folder(folder: &Path, found: &mut Vec<(String, BTreeSet<String>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            in_folder(&path, found);
        // There some are wrong on purpose.
        } else if !path.ends_with("lang/tests.rs")
            && path.extension().is_some_and(|extension| extension == "rs")
        {
            uses(std::fs::read_to_string(&path).unwrap().parse().unwrap(), found);
        }
    }
}

#[test]
fn uses_of_messages_are_found_wherever_they_stand() {
    let source = r#"
        const A: &str = id!("a-table");
        fn f() { call.say(&format!("{} ", say!(call, "b-c", handle = h.as_str(), n = f(1, 2))))?; }
        fn g() { match x { Some(_) => say!(call.language(), "d-e",), None => say_nothing!(call, "f-g") } }
    "#;
    let mut found = Vec::new();
    uses(source.parse().unwrap(), &mut found);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    found.sort();
    assert_eq!(
        found,
        [("a-table".into(), names(&[])), ("b-c".into(), names(&["handle", "n"])), ("d-e".into(), names(&[])),]
    );
}

#[test]
fn code_and_english_have_the_same_messages_with_the_same_variables() {
    let mut found = Vec::new();
    in_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let messages: BTreeMap<String, BTreeSet<String>> = lang::messages()
        .into_iter()
        .map(|(id, names)| (id.to_owned(), names.into_iter().map(str::to_owned).collect()))
        .collect();
    let mut wrong = Vec::new();
    for (id, names) in &found {
        match messages.get(id) {
            None => wrong.push(format!("code says \"{id}\", which isn't in en.ftl")),
            Some(known) if known != names => {
                wrong.push(format!("code says \"{id}\" with {names:?}, and en.ftl has {known:?}"));
            }
            Some(_) => {}
        }
    }
    let used: BTreeSet<&String> = found.iter().map(|(id, _)| id).collect();
    let referred = lang::referred();
    let unused = messages.keys().filter(|id| !used.contains(id) && !referred.contains(id.as_str()));
    wrong.extend(unused.map(|id| format!("nobody says \"{id}\"")));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(found.len() > 40, "only {} uses were found", found.len());
}

#[test]
fn the_languages_of_the_board_are_complete_and_fit_their_places() {
    let (misread, mistakes) = lang::built_in_mistakes();
    assert_eq!(misread, [""; 0]);
    assert!(mistakes.is_none(), "{:?}", mistakes.map(miette::Report::from));
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    std::fs::create_dir_all(folder.join("lang")).unwrap();
    // As editors do: another file, then a new name for it.
    let new = folder.join("lang").join(format!("{name}~"));
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, folder.join("lang").join(name)).unwrap();
}

const MISTAKE: &str = "greet-guest = come in\npager-online = { $handel } is here\n";

#[test]
fn a_mistake_is_told_at_the_start_and_by_check_and_the_boards_sentence_stands() {
    let setup = Board::setup();
    write(setup.data_dir(), "en.ftl", MISTAKE);
    let board = setup.start();
    let told = board.log.wait_text("en.ftl:2:19");
    assert!(told.contains("did you mean") && told.contains("WARN"), "{told}");
    let caller = telnet(&board);
    caller.wait_for(&QUESTION);
    caller.enter("GUEST");
    caller.wait_for("come in");
    let check = board.cli(&["check"]);
    let said = String::from_utf8_lossy(&check.stderr);
    assert!(!check.status.success() && said.contains("en.ftl:2:19"), "{said}");
}

#[test]
fn a_running_board_takes_over_what_is_saved_and_refuses_what_is_broken() {
    let board = Board::start();
    let greeting = |words: &str| {
        let caller = Dial::call(&board, Kind::SyncTerm);
        caller.wait_for(&QUESTION);
        caller.enter("GUEST");
        caller.wait_for(words);
    };
    greeting(&text("greet-guest"));
    // The folder is not there yet: it is watched when it comes.
    write(board.data_dir(), "en.ftl", "greet-guest = come in\n");
    board.log.wait_message("languages reloaded");
    greeting("come in");
    write(board.data_dir(), "en.ftl", MISTAKE.replace("come in", "stay out"));
    let told = board.log.wait_text("languages stay as they were");
    assert!(told.contains("en.ftl:2:19"), "{told}");
    greeting("come in");
    std::fs::write(board.data_dir().join("lang/en.ftl"), b"greet-guest = \xff\n").unwrap();
    board.log.wait_text("byte 15 is not UTF-");
    greeting("come in");
}

#[test]
fn the_language_is_the_terminals_until_the_caller_chooses_one() {
    let board = Board::start();
    board.account("Acid Burn");
    let german = |id: &str| lang::Languages::load("de", None).0.board().text(id).into_owned();
    let options = SshOptions {
        // What the test's own terminal says is C.
        arguments: ["-o", "SetEnv=LC_ALL=de_AT.UTF-8"].map(str::to_owned).into(),
        ..SshOptions::default()
    };
    let caller = ssh(&board, "Acid Burn", &options);
    caller.wait_for("Password:");
    caller.enter(PASSWORD);
    caller.wait_for(&german("greet-title"));
    caller.past_notice();
    caller.wait_for(MENU);
    caller.choose("S", &german("settings-language"));
    caller.wait_for("vermutet: Deutsch");
    // To Deutsch, then to English, which shows at once, and is kept.
    caller.choose_row(&german("settings-language"));
    caller.wait_gone("vermutet");
    caller.key(harness::Key::Enter);
    caller.wait_gone(&german("settings-language"));
    caller.wait_for(&text("settings-language-help"));
    caller.hangup();
    board.wait_who("nobody", <[String]>::is_empty);
    let again = ssh(&board, "Acid Burn", &options);
    again.past_password("Acid Burn");
}

#[test]
fn telnet_tells_the_language_too_and_the_board_has_one_of_its_own() {
    let board = Board::setup().env("DIALTONE_BOARD__LANGUAGE", "de").start();
    let german = lang::Languages::load("de", None).0;
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for("GUEST als Gast");
    caller.enter("GUEST");
    caller.wait_for(&german.board().text("greet-guest"));
    // A terminal with LANG=en_GB.UTF-8 in its environment.
    let console = Dial::call(&board, Kind::Recorded(Recording::load("linux-console")));
    console.wait_for(&QUESTION);
}

#[test]
fn a_language_that_is_not_there_is_english_and_check_says_so() {
    let setup: Setup = Board::setup().env("DIALTONE_BOARD__LANGUAGE", "xx");
    let board = setup.start();
    board.log.wait_text("board.language names no language");
    let caller = Dial::call(&board, Kind::SyncTerm);
    caller.wait_for(&QUESTION);
    caller.enter("GUEST");
    caller.wait_for(&said!("greet-guest"));
    let check = board.cli(&["check"]);
    let told = String::from_utf8_lossy(&check.stderr);
    assert!(!check.status.success() && told.contains("there is no xx; there are de, en"), "{told}");
}
