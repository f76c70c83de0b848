//! The page of promises names tests, and each of them is there.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Every Rust file below `folder`.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The tests of a file: functions with a test's attribute just above them, and those listed for both databases.
fn tests_of(code: &str) -> Vec<String> {
    let mut tests = Vec::new();
    let mut marked = false;
    for line in code.lines().map(str::trim) {
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if let Some(function) = function {
            let name: String = function.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if std::mem::take(&mut marked) {
                tests.push(name);
            }
        } else if line == "#[test]" || line.starts_with("#[tokio::test") {
            marked = true;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            marked = false;
        }
    }
    for list in code.split("on_both_databases!(").skip(1) {
        let list = list.split(')').next().unwrap_or_default();
        tests.extend(list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
    }
    tests
}

/// The rows of the tables of promises: each promise, and what shows it.
fn promises(page: &str) -> Vec<(&str, &str)> {
    let mut rows = Vec::new();
    let mut in_table = false;
    for line in page.lines().map(str::trim_end) {
        if line.starts_with("| promise |") {
            in_table = true;
        } else if !line.starts_with('|') {
            in_table = false;
        } else if in_table && !line.starts_with("|---") {
            let cells = line.trim_matches('|').rsplit_once(" | ");
            rows.push(cells.map_or((line, ""), |(promise, tests)| (promise.trim(), tests.trim())));
        }
    }
    rows
}

/// What is wrong with a promise: it names no test, or something that is none.
fn broken(shown_by: &str, tests: &HashSet<String>) -> Vec<String> {
    let name = |cell: &str| cell.strip_prefix('`')?.strip_suffix('`').map(str::to_owned);
    shown_by
        .split(", ")
        .filter(|cell| !name(cell).is_some_and(|name| tests.contains(&name)))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_promise_names_tests_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests"] {
        sources(&root.join(folder), &mut files);
    }
    let code = files.iter().map(|file| std::fs::read_to_string(file).expect("it is text"));
    let tests: HashSet<String> = code.flat_map(|code| tests_of(&code)).collect();
    let page = std::fs::read_to_string(root.join("docs/security.md")).expect("the page is there");
    let promises = promises(&page);
    assert!(promises.len() > 20, "{} promises", promises.len());
    for (promise, shown_by) in promises {
        assert_eq!(broken(shown_by, &tests), [""; 0], "no such test, of: {promise}");
    }
}

#[test]
fn a_row_without_a_test_and_a_helper_are_found_out() {
    let code = "#[test]\n#[ignore]\nfn shown() {}\nfn helper() {}\n#[tokio::test]\nasync fn waited() {}\n\
                on_both_databases!(\n    on_both,\n);\n";
    assert_eq!(tests_of(code), ["shown", "waited", "on_both"]);
    let page = "| a | b |\n|---|---|\n| not | this |\n\n| promise | shown by |\n|---|---|\n\
                | One. | `shown`, `on_both` |\n| Two. | `helper` |\n| Three. | looked at |\n| Four. |\n";
    let tests: HashSet<String> = tests_of(code).into_iter().collect();
    let found: Vec<Vec<String>> =
        promises(page).iter().map(|(_, shown_by)| broken(shown_by, &tests)).collect();
    assert_eq!(
        found,
        [vec![], vec!["`helper`".to_owned()], vec!["looked at".to_owned()], vec![String::new()]]
    );
}
