//! The page of promises names tests, and each of them is there.

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

#[test]
fn every_promise_names_tests_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests"] {
        sources(&root.join(folder), &mut files);
    }
    let code: Vec<String> =
        files.iter().map(|file| std::fs::read_to_string(file).expect("it is text")).collect();
    let page = std::fs::read_to_string(root.join("docs/security.md")).expect("the page is there");
    let promises: Vec<&str> = page.lines().filter(|line| line.ends_with("` |")).collect();
    assert!(promises.len() > 20, "{} promises", promises.len());
    for promise in promises {
        let shown_by = promise.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        for test in shown_by.split(", ").map(|test| test.trim_matches('`')) {
            let function = format!("fn {test}(");
            assert!(code.iter().any(|code| code.contains(&function)), "no test is called {test}");
        }
    }
}
