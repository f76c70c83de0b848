//! The SQL in the domain's source: every string that is a statement, so that nobody has to keep a list.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

const VERBS: &[&str] = &["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

/// The statements of all modules, without those in tests and those put together by `concat!`.
pub fn in_the_source() -> Vec<String> {
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    found.dedup();
    found
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let strings = strings(code).into_iter();
            found.extend(strings.filter(|string| VERBS.iter().any(|verb| string.starts_with(verb))));
        }
    }
}

/// The string literals of some Rust code, but not those inside `concat!` and `post!`.
fn strings(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    // How deep in the parentheses of a `concat!`.
    let mut depth = 0_usize;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(after) = rest.strip_prefix("'\"'") {
            rest = after;
        } else if let Some(after) = rest.strip_prefix('"') {
            let (string, after) = literal(after);
            if depth == 0 {
                found.push(string);
            }
            rest = after;
        } else if depth == 0
            && let Some(after) = rest.strip_prefix("concat!(").or_else(|| rest.strip_prefix("post!("))
        {
            depth = 1;
            rest = after;
        } else {
            match c {
                '(' if depth > 0 => depth += 1,
                ')' if depth > 0 => depth -= 1,
                _ => {}
            }
            rest = rest.split_at(c.len_utf8()).1;
        }
    }
    found
}

/// A literal up to its closing quote, as the compiler reads it, and what follows.
fn literal(code: &str) -> (String, &str) {
    let mut string = String::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        rest = rest.split_at(c.len_utf8()).1;
        match (c, rest.chars().next()) {
            ('"', _) => return (string, rest),
            ('\\', Some('\n')) => rest = rest.trim_start(),
            ('\\', Some(escaped)) => {
                rest = rest.split_at(escaped.len_utf8()).1;
                string.push(if escaped == 'n' { '\n' } else { escaped });
            }
            (c, _) => string.push(c),
        }
    }
    panic!("a string without an end");
}

/// The tables of a statement by the names it gives them.
pub fn names(sql: &str) -> HashMap<&str, &str> {
    let bare = |word: &str| -> usize { word.trim_end_matches([',', ')', '(']).len() };
    let words: Vec<&str> = sql.split_whitespace().collect();
    let mut names = HashMap::new();
    for place in words.windows(3) {
        if let [before, table, name] = place
            && matches!(before.trim_start_matches('('), "FROM" | "JOIN" | "UPDATE")
            && bare(table) == table.len()
        {
            let name = if *name == "AS" { continue } else { name.split_at(bare(name)).0 };
            names.insert(name, *table);
        }
    }
    names
}
